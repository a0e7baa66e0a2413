/** When each numbered picture was handed to the encoder. Times in milliseconds since 1970. */
export interface PictureClock {
  /** Picture `count`, counted from 0 and in order. */
  encoded(count: number, at: number): void;
  /** When that picture was; null where it has not been yet. */
  at(count: number): number | null;
  /**
   * The newest picture with this number that was encoded by then: its count, and when; null where there is none. The
   * number that a picture carries begins again after so many.
   */
  find(number: number, by: number): { readonly count: number; readonly at: number } | null;
}

export function createPictureClock(numbers: number): PictureClock {
  const times: number[] = [];
  return {
    encoded: (count, at) => {
      times[count] = at;
    },
    at: (count) => times[count] ?? null,
    find: (number, by) => {
      const newest = times.length - 1;
      const back = (((newest - number) % numbers) + numbers) % numbers;
      for (let count = newest - back; count >= 0; count -= numbers) {
        const at = times[count];
        if (at !== undefined && at <= by) return { count, at };
      }
      return null;
    },
  };
}
