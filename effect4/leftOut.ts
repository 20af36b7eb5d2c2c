/** What has no Effect 4 edition: tests of the repository itself, which an edition changes nothing in. Each with its reason. */
export const leftOut: Readonly<Record<string, string>> = {
  "test/architecture.test.ts": "imports of src, by their text",
  "test/codegen.changes.test.ts": "the generator",
  "test/codegen.test.ts": "the generator, and what of its output is committed",
  "test/docs.lines.test.ts": "install lines and links of the documents",
  "test/effect4.test.ts": "how the edition is made",
  "test/packaging.test.ts": "the package of Effect 3",
  "test/sandbox/docs.test.ts": "a table of the documents",
  "test/site/documents.test.ts": "the site",
  "test/site/examples.test.ts": "the site",
  "test/site/site.test.ts": "the site",
  "test/types/consumer.test.ts": "the package of Effect 3",
  "test/support/anywhere.ts": "for test/packaging.test.ts",
  "test/support/architecture.ts": "for test/architecture.test.ts",
  "test/support/mutation.ts": "for mutations of src",
  "test/support/packed.ts": "for test/packaging.test.ts",
  "test/support/runtimes.ts": "for test/packaging.test.ts"
}
