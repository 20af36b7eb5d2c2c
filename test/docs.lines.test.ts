/** What documents say beside their snippets: install lines, and links. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"

describe("documents", () => {
  it("have install lines that name each version: npm's latest is often for Effect 4", () => {
    const lines = ["README.md", ...readdirSync("docs").map((file) => `docs/${file}`)].flatMap((document) =>
      Array.from(readFileSync(document, "utf8").matchAll(/npm install [^`\n]+/g), ([line]) => ({ document, line }))
    )
    // one page is about both lines, and others may name the one for Effect 4 by its tag
    const isOther = ({ document, line }: (typeof lines)[number]) =>
      line.includes("@effect-4") || (document === "docs/effect-versions.md" && !line.includes("@effect/platform@"))
    const named = lines.flatMap((one) =>
      Array.from(
        one.line.matchAll(/(?<=[ `])(effect|vitest|ioredis|@effect\/[a-z-]+)(@[^\s`]+)?(?=[ `]|$)/g),
        ([, name = "", version]) => ({
          name,
          version,
          manifest: isOther(one) ? "effect4/package.json" : "package.json"
        })
      )
    )
    assert.isAtLeast(lines.length, 8)
    for (const { manifest, name, version } of named) {
      const { devDependencies }: { readonly devDependencies: Readonly<Record<string, string>> } = JSON.parse(
        readFileSync(manifest, "utf8")
      )
      const ours = devDependencies[name]?.replace(/^\^/, "")
      // Yarn wants the peers of a peer, which we do not use ourselves
      if (ours === undefined) assert.isDefined(version, name)
      else assert.isTrue(version !== undefined && ours.startsWith(version.slice(2)), `${name}${version} is not ${ours}`)
    }
    assert.includeMembers(
      named.map(({ name }) => name),
      [
        "effect",
        "@effect/platform",
        "@effect/platform-node",
        "@effect/sql",
        "@effect/experimental",
        "@effect/vitest",
        "vitest"
      ]
    )
  })

  it("have links that lead somewhere", () => {
    const broken = [
      "README.md",
      ...readdirSync("docs")
        .filter((file) => file.endsWith(".md"))
        .map((file) => `docs/${file}`)
    ].flatMap((document) =>
      Array.from(readFileSync(document, "utf8").matchAll(/\]\((?!https?:|#)([^)#]+)/g), ([, link = ""]) => link)
        .filter((link) => !existsSync(join(document, "..", link)))
        .map((link) => `${document}: ${link}`)
    )
    assert.deepStrictEqual(broken, [])
  })
})
