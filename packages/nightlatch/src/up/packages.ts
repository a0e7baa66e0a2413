import path from 'node:path';

/** The folder that holds the packages, this one among them. */
export const PACKAGES = path.join(import.meta.dirname, '../../..');
