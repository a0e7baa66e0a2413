/** The part of the cloud that has to do with accounts. */
export interface Accounts {
  [Symbol.asyncDispose](): Promise<void>;
}
