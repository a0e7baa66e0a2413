import 'react';

declare module 'react' {
  interface CSSProperties {
    '--played'?: string;
    '--buffered'?: string;
    '--drag'?: string;
    '--shape'?: string;
  }
}
