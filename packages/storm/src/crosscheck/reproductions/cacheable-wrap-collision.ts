// cacheable 2.5.0: `wrap` makes its key of the function's name and a 32-bit hash of the arguments, and keeps nothing of the
// arguments themselves. Two calls whose arguments have the same hash share one value.
//
// Prints "the owner of cam-Ez" twice; the second should be "the owner of cam-FY".
import { Cacheable } from 'cacheable';

const cache = new Cacheable();
async function ownerOf(camera: string): Promise<string> {
  return `the owner of ${camera}`;
}
const cachedOwnerOf = cache.wrap(ownerOf, {});
console.log(await cachedOwnerOf('cam-Ez'));
console.log(await cachedOwnerOf('cam-FY'));
