/**
 * The reference pages of the package's own modules, from their doc comments.
 */
import { existsSync, readdirSync } from "node:fs"
import { type ClassDeclaration, type JSDoc, Node, Project, type SourceFile, SyntaxKind } from "ts-morph"
import { fileOf, type Page } from "./reference.js"

interface Export {
  readonly name: string
  readonly category: string
  readonly signature: string
  readonly description: string
  readonly examples: ReadonlyArray<string>
}

/** Every entry point that is not a list of resources: the file, and the path below the package's name. */
const entries = (): ReadonlyArray<readonly [file: string, entry: string]> => [
  ...readdirSync("src")
    .filter((file) => /^[A-Z]\w+\.ts$/.test(file))
    .map((file) => [`src/${file}`, file.replace(/\.ts$/, "")] as const),
  ...["sandbox/index", "sandbox/server"]
    .filter((entry) => existsSync(`src/${entry}.ts`))
    .map((entry) => [`src/${entry}.ts`, entry.replace(/\/index$/, "")] as const)
]

export const modulePages = (): ReadonlyArray<Page> => {
  const project = new Project({ tsConfigFilePath: "tsconfig.json", skipAddingFilesFromTsConfig: true })
  const exported = new Set(exportsOf(project.addSourceFileAtPath("src/index.ts")).map(({ name }) => name))
  return entries().map(([file, entry]) => {
    const source = project.addSourceFileAtPath(file)
    const [head] = docsOf(source.getStatements()[0])
    const about = head === undefined ? "" : descriptionOf(head)
    const all = joined(exportsOf(source))
    const categories = [...new Set(all.map(({ category }) => category))]
    const name = entry === "sandbox" ? "Sandbox" : entry === "sandbox/server" ? "Server" : entry
    const importing = exported.has(name)
      ? `import { ${name} } from "effect-pipedrive"`
      : `import * as ${name} from "effect-pipedrive/${entry}"`
    return {
      path: `reference/modules/${fileOf(entry.replace("/", "-"))}`,
      title: name,
      about: about.replaceAll(/\s+/g, " ").replace(/(?<=\.) .*/, ""),
      text: [
        `# ${name} {#the-module}`,
        ...(about === "" ? [] : [about]),
        `\`\`\`ts\n${importing}\n\`\`\``,
        ...categories.flatMap((category) => [
          `## ${category.charAt(0).toUpperCase()}${category.slice(1)} {#category-${category.toLowerCase().replaceAll(/\W+/g, "-")}}`,
          ...all.filter((one) => one.category === category).map(exportText)
        ])
      ].join("\n\n")
    }
  })
}

/** A type and the value of its name are one entry. */
const joined = (all: ReadonlyArray<Export>): ReadonlyArray<Export> => {
  const byName = new Map<string, Export>()
  for (const one of all) {
    const known = byName.get(one.name)
    byName.set(
      one.name,
      known === undefined
        ? one
        : {
            ...known,
            description: [known.description, one.description].filter((text) => text !== "").join("\n\n"),
            signature: [known.signature, one.signature].filter((text) => text !== "").join("\n\n"),
            examples: [...known.examples, ...one.examples]
          }
    )
  }
  return [...byName.values()]
}

const exportText = ({ description, examples, name, signature }: Export): string =>
  [
    `### ${name} {#${name}}`,
    description,
    ...(signature === "" ? [] : [`\`\`\`ts\n${signature}\n\`\`\``]),
    ...examples.map((example) => `**Example**\n\n${example}`)
  ].join("\n\n")

// -----------------------------------------------------------------------------
// syntax
// -----------------------------------------------------------------------------

const docsOf = (node: Node | undefined): ReadonlyArray<JSDoc> => {
  if (node === undefined) return []
  const own = node.getChildrenOfKind(SyntaxKind.JSDoc)
  return own.filter((doc) => !doc.getTags().some((tag) => tag.getTagName() === "internal"))
}

/** Braces of links are for editors: `{@link Deal}` becomes code. */
const descriptionOf = (doc: JSDoc): string =>
  doc
    .getDescription()
    .replaceAll(/\{@link ([^}]+)\}/g, "`$1`")
    .trim()

const exportsOf = (source: SourceFile): ReadonlyArray<Export> =>
  source.getStatements().flatMap((statement): ReadonlyArray<Export> => {
    if (Node.isExportDeclaration(statement)) return reexportsOf(statement)
    if (!Node.isExportable(statement) || !statement.isExported()) return []
    const doc = docsOf(statement).at(-1)
    if (doc === undefined) return []
    return signaturesOf(statement).map(([name, signature]) => exported(name, signature, doc))
  })

const exported = (name: string, signature: string, doc: JSDoc): Export => ({
  name,
  signature,
  category: tagOf(doc, "category") ?? "other",
  description: descriptionOf(doc),
  examples: doc
    .getTags()
    .filter((tag) => tag.getTagName() === "example")
    .map((tag) => (tag.getCommentText() ?? "").trim())
})

const tagOf = (doc: JSDoc, name: string): string | undefined =>
  doc
    .getTags()
    .find((tag) => tag.getTagName() === name)
    ?.getCommentText()
    ?.trim()

/** `export { a, b } from "./c.js"`: as they are written there. */
const reexportsOf = (statement: Node): ReadonlyArray<Export> => {
  if (!Node.isExportDeclaration(statement)) return []
  const space = statement.getNamespaceExport()
  if (space !== undefined) {
    return [{ name: space.getName(), category: "modules", signature: "", description: "", examples: [] }]
  }
  return statement.getNamedExports().flatMap((specifier) => {
    const name = specifier.getAliasNode()?.getText() ?? specifier.getName()
    const own = specifier.getChildrenOfKind(SyntaxKind.JSDoc).at(-1)
    const [declaration] = specifier.getSymbol()?.getAliasedSymbol()?.getDeclarations() ?? []
    const target = Node.isVariableDeclaration(declaration) ? declaration.getVariableStatement() : declaration
    const doc = own ?? docsOf(target).at(-1)
    if (target === undefined || doc === undefined) return []
    const [found] = signaturesOf(target)
    return [exported(name, found?.[1] ?? "", doc)]
  })
}

const withoutInternals = (text: string): string =>
  text.replaceAll(/\n *\/\*\* @internal \*\/\n[^\n]*/g, "").replaceAll(/\/\*#__PURE__\*\/ ?/g, "")

/** Names with their signatures: types whole, values without what they are made of. */
const signaturesOf = (statement: Node): ReadonlyArray<readonly [name: string, signature: string]> => {
  if (Node.isInterfaceDeclaration(statement) || Node.isTypeAliasDeclaration(statement)) {
    return [[statement.getName(), withoutInternals(statement.getText()).replace(/^export /, "")]]
  }
  if (Node.isClassDeclaration(statement)) return [[statement.getName() ?? "", classSignature(statement)]]
  if (!Node.isVariableStatement(statement)) return []
  return statement.getDeclarations().map((declaration) => {
    const name = declaration.getName()
    const type = declaration.getTypeNode()
    if (type !== undefined) return [name, `const ${name}: ${type.getText()}`] as const
    const value = declaration.getInitializer()
    if (Node.isArrowFunction(value)) {
      const head = value
        .getText()
        .slice(0, value.getEqualsGreaterThan().getStart() - value.getStart())
        .trimEnd()
      const result = value.getReturnTypeNode()
      const parameters =
        result === undefined
          ? head
          : head
              .slice(0, result.getStart() - value.getStart())
              .replace(/:\s*$/, "")
              .trimEnd()
      return [name, `const ${name}: ${parameters} => ${result?.getText() ?? "..."}`] as const
    }
    return [name, `const ${name}`] as const
  })
}

/** A class with what its instances have: an error with its fields, a service with the type of its members. */
const classSignature = (statement: ClassDeclaration): string => {
  const name = statement.getName() ?? ""
  const base = statement.getExtends()?.getText() ?? ""
  const literal = /TaggedError\("\w+"\)<(\{[\s\S]*\})>$/.exec(base)?.[1]
  if (literal !== undefined) return `class ${name} ${literal.replace("{", `{\n  readonly _tag: "${name}"`)}`
  const fields = /ErrorClass<\s*\w+,\s*"\w+",\s*(\w+)/.exec(base)?.[1]
  const declared = fields === undefined ? undefined : statement.getSourceFile().getInterface(fields)
  if (declared !== undefined) {
    const lines = declared
      .getType()
      .getProperties()
      .flatMap((property) => property.getDeclarations().map((one) => `  ${one.getText(true)}`))
    return `class ${name} {\n  readonly _tag: "${name}"\n${lines.join("\n")}\n}`
  }
  const service = /Context\.Tag\([^)]*\)<\w+, ([\w.]+)>/.exec(base)?.[1]
  return service === undefined ? `class ${name}` : `class ${name} // a service with the members of ${service}`
}
