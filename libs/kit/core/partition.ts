/** The number of partitions that the work of a module is divided into. It never changes: keys would change their order. */
export const partitionCount = 32;

/** The partition of a key: 32-bit FNV-1a over UTF-16 units, modulo 32. Decided once; see http://www.isthe.com/chongo/tech/comp/fnv/. */
export function partitionOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) {
    hash ^= key.charCodeAt(at);
    hash = Math.imul(hash, 0x01000193);
  }
  return (hash >>> 0) % partitionCount;
}
