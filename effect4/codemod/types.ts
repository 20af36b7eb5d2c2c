/** Types that have another name or shape. */
import { ts } from "ts-morph"
import type { File, Rule } from "./file.js"
import { isSchema } from "./schema.js"

/** The classes of a file that extend a `Context.Reference`. */
export const referencesOf = (text: string): ReadonlyArray<string> =>
  Array.from(text.matchAll(/class (\w+) extends[^{]*?Context\.Reference</g), ([, name]) => name as string)

/** Whether the file declares a type of that name: another file may have a reference of the same one. */
const declares = ({ source }: File, name: string): boolean =>
  source.statements.some(
    (statement) =>
      (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) && statement.name.text === name
  )

const isReference = (node: ts.TypeNode, file: File): boolean =>
  ts.isTypeReferenceNode(node) &&
  (ts.isQualifiedName(node.typeName)
    ? file.references.has(node.typeName.right.text)
    : file.references.has(node.typeName.text) && !declares(file, node.typeName.text))

/** Nothing has to provide a reference: it is left out of what is required. */
const reference: Rule = (node, file) => {
  if (ts.isUnionTypeNode(node)) {
    const kept = node.types.filter((type) => !isReference(type, file))
    if (kept.length === node.types.length) return undefined
    return kept.length === 0 ? "never" : kept.map(file.print).join(" | ")
  }
  return ts.isTypeReferenceNode(node) && isReference(node, file) && ts.isTypeReferenceNode(node.parent)
    ? "never"
    : undefined
}

/** `Schema.Schema<A, I>` is `Schema.Codec<A, I>`. */
const typeReference: Rule = (node, file) => {
  const { children, memberAt, moduleAt, note, print } = file
  if (!ts.isTypeReferenceNode(node)) return undefined
  const name = node.typeName
  if (!ts.isQualifiedName(name)) return undefined
  const module = moduleAt(name.left)
  if (
    module?.from === "@effect/platform/HttpApp" &&
    name.right.text === "Default" &&
    node.typeArguments === undefined
  ) {
    const type = (from: string, name: string) => {
      note(from, name, true)
      return `${name}.${name}`
    }
    const response = type("effect/http/HttpServerResponse", "HttpServerResponse")
    const needs = `${type("effect/http/HttpServerRequest", "HttpServerRequest")} | ${type("effect/Scope", "Scope")}`
    note("effect/Effect", "Effect", true)
    return `Effect.Effect<${response}, never, ${needs}>`
  }
  if (module?.from === "effect/Schedule" && name.right.text === "Schedule" && node.typeArguments?.length === 3) {
    // a schedule may fail, too
    const [output, input, needs] = node.typeArguments.map(print)
    return `${memberAt(module, "Schedule", name.left.getText(), true)}<${output}, ${input}, never, ${needs}>`
  }
  if (ts.isQualifiedName(name.left) && /^(All|Any|AnyNoContext)$/.test(name.right.text)) {
    const owner = moduleAt(name.left.left)
    if (owner !== undefined && isSchema(owner)) {
      const local = name.left.left.getText()
      note("effect/Schema", local, true)
      return name.right.text === "AnyNoContext" ? `${local}.Codec<any, any>` : `${local}.Top`
    }
  }
  if (module !== undefined && isSchema(module) && name.right.text === "Schema") {
    note("effect/Schema", name.left.getText(), true)
    return `${name.left.getText()}.Codec${children(node).slice(children(name).length)}`
  }
  return undefined
}

/** Modules whose types of members stand beside the type. */
const flattened = new Set(["Effect", "Layer", "Stream"])

/** `Config.Config.Wrap` is `Config.Wrap`, `Effect.Effect.Success` is `Effect.Success`, `Module.Type` what it is called now. */
const qualified: Rule = (node, { memberAt, moduleAt }) => {
  if (!ts.isQualifiedName(node)) return undefined
  if (node.getText() === "Config.Config.Wrap") {
    return memberAt({ from: "effect/Config", name: "Config" }, "Wrap", "Config", true)
  }
  if (ts.isQualifiedName(node.left) && node.left.right.text === node.left.left.getText()) {
    const module = moduleAt(node.left.left)
    if (module !== undefined && flattened.has(module.name)) {
      return memberAt(module, node.right.text, node.left.right.text, true)
    }
  }
  const module = moduleAt(node.left)
  return module === undefined ? undefined : memberAt(module, node.right.text, node.left.getText(), true)
}

export const typeRules: ReadonlyArray<Rule> = [qualified, reference, typeReference]
