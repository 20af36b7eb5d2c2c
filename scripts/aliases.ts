/** Where Vitest finds the entry points of a package of which only the sources are there. */
export const aliases = (src: string) => [
  { find: /^effect-pipedrive$/, replacement: `${src}index.ts` },
  { find: /^effect-pipedrive\/(v1|v2|current|sandbox)$/, replacement: `${src}$1/index.ts` },
  { find: /^effect-pipedrive\/(.+)$/, replacement: `${src}$1.ts` }
]
