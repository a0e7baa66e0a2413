/** H.264 from one source: what a clip needs to know before its first frame. */
export interface VideoTrack {
  /** Ticks per second of `pts` and `dts`. */
  timescale: number;
  widthPixels: number;
  heightPixels: number;
  /** Sequence and picture parameter sets as the source announced them; a key frame's own ones go before these. */
  parameterSets: ParameterSets | null;
}

/** AAC, copied from the source or made from another codec. */
export interface AudioTrack {
  /** Samples per second; also the ticks per second of `pts`. */
  timescale: number;
  channels: number;
  /** The AudioSpecificConfig of ISO 14496-3, as it goes into the esds box. */
  config: Uint8Array;
}

/** NAL units without start code. */
export interface ParameterSets {
  sequence: Uint8Array;
  picture: Uint8Array;
}

/** One coded picture, or one AAC frame, with its bytes copied out of the decoder's memory. */
export interface MediaPacket {
  track: 'video' | 'audio';
  /** H.264 in Annex B form, or a raw AAC frame without ADTS header. */
  data: Uint8Array;
  /** When it is shown, in ticks of its track, on one timeline without jumps. */
  pts: number;
  /** When it is decoded, in ticks of its track; rises with every packet. */
  dts: number;
  keyFrame: boolean;
}
