/**
 * The types of the official client, as data.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { ts } from "ts-morph"

export interface Field {
  readonly name: string
  readonly optional: boolean
  readonly type: Type
}

export type Type =
  | {
      readonly kind: "string" | "number" | "boolean" | "null" | "unknown" | "file" | "empty" | "label"
      /** Known from a fact table only. */
      readonly format?: "day" | "integer"
    }
  /** Closed in the official types; whether it stays so is the emitter's to say. */
  | { readonly kind: "enum"; readonly values: ReadonlyArray<string | number | boolean> }
  | { readonly kind: "array"; readonly items: Type }
  | { readonly kind: "object"; readonly fields: ReadonlyArray<Field>; readonly rest?: Type }
  | { readonly kind: "union"; readonly members: ReadonlyArray<Type> }
  /** A model of the official client by its name. */
  | { readonly kind: "ref"; readonly name: string }

/** The models that the operations of one official package and version speak of. */
export interface Models {
  readonly get: (name: string) => Type
  readonly has: (name: string) => boolean
  /** The names of all that were read. */
  readonly names: () => Iterable<string>
  readonly typeOf: (node: ts.TypeNode, from: ts.SourceFile) => Type
  /** A type written in a fact table: TypeScript, in which capitalised names are official models. */
  readonly parse: (text: string) => Type
  /** A file, parsed once. */
  readonly load: (file: string) => ts.SourceFile
}

const factFile = "facts.d.ts"

const isFact = (source: ts.SourceFile): boolean => source.fileName.endsWith(factFile)

const words: Record<string, Type> = {
  string: { kind: "string" },
  number: { kind: "number" },
  boolean: { kind: "boolean" },
  any: { kind: "unknown" },
  void: { kind: "null" },
  unknown: { kind: "unknown" },
  object: { kind: "object", fields: [], rest: { kind: "unknown" } }
}

/** The models in `folder`, which has an `index.d.ts`. */
export const makeModels = (folder: string): Models => {
  const files = new Map<string, ts.SourceFile>()
  const places = new Map<string, ts.SourceFile>()
  const models = new Map<string, Type>()

  const load = (file: string): ts.SourceFile => {
    const known = files.get(file)
    if (known !== undefined) return known
    const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ESNext, true)
    files.set(file, source)
    return source
  }

  const imported = (from: ts.SourceFile, name: string): string | undefined => {
    for (const statement of from.statements) {
      if (!ts.isImportDeclaration(statement)) continue
      const bindings = statement.importClause?.namedBindings
      if (bindings === undefined || !ts.isNamedImports(bindings)) continue
      if (bindings.elements.some((element) => element.name.text === name)) {
        const path = join(dirname(from.fileName), (statement.moduleSpecifier as ts.StringLiteral).text)
        return existsSync(`${path}.d.ts`) ? `${path}.d.ts` : join(path, "index.d.ts")
      }
    }
    return undefined
  }

  const declared = (source: ts.SourceFile, name: string) =>
    source.statements.find(
      (statement): statement is ts.InterfaceDeclaration | ts.TypeAliasDeclaration =>
        isNamed(statement) && statement.name.text === name
    )

  const locate = (name: string, from: ts.SourceFile): ts.SourceFile => {
    if (declared(from, name) !== undefined) return from
    const file = imported(from, name) ?? join(folder, "index.d.ts")
    const place = file.endsWith("index.d.ts") ? exportedFrom(load(file)).get(name) : load(file)
    if (place === undefined) throw new Error(`${file} does not export ${name}`)
    return place
  }

  const exported = new Map<ts.SourceFile, ReadonlyMap<string, ts.SourceFile>>()

  /** What stands beside an index. (31.2.1 still has the models of the subscriptions, though its index forgot them.) */
  const exportedFrom = (index: ts.SourceFile): ReadonlyMap<string, ts.SourceFile> => {
    const known = exported.get(index)
    if (known !== undefined) return known
    const names = new Map<string, ts.SourceFile>()
    for (const file of readdirSync(dirname(index.fileName)).filter((name) => name.endsWith(".d.ts"))) {
      const source = load(join(dirname(index.fileName), file))
      for (const { name } of source.statements.filter(isNamed)) names.set(name.text, source)
    }
    exported.set(index, names)
    return names
  }

  const constants = (source: ts.SourceFile, name: string): ReadonlyArray<string | number | boolean> => {
    for (const statement of source.statements) {
      if (!ts.isVariableStatement(statement)) continue
      const declaration = statement.declarationList.declarations[0]
      if (declaration === undefined || !ts.isIdentifier(declaration.name) || declaration.name.text !== name) continue
      if (declaration.type === undefined || !ts.isTypeLiteralNode(declaration.type)) continue
      return declaration.type.members.map((member) => literal((member as ts.PropertySignature).type as ts.TypeNode))
    }
    throw new Error(`${source.fileName} has no constant ${name}`)
  }

  const model = (name: string, source: ts.SourceFile): Type => {
    const declaration = declared(source, name)
    if (declaration === undefined) throw new Error(`${source.fileName} does not declare ${name}`)
    if (ts.isInterfaceDeclaration(declaration)) {
      if (declaration.heritageClauses !== undefined) throw new Error(`${name} extends another interface`)
      return members(declaration.members, source)
    }
    // type X = typeof X[keyof typeof X]
    if (ts.isIndexedAccessTypeNode(declaration.type)) return { kind: "enum", values: constants(source, name) }
    return typeOf(declaration.type, source)
  }

  const members = (elements: ReadonlyArray<ts.TypeElement>, from: ts.SourceFile): Type => {
    const fields: Array<Field> = []
    let rest: Type | undefined
    for (const element of elements) {
      if (ts.isIndexSignatureDeclaration(element)) rest = typeOf(element.type, from)
      else if (ts.isPropertySignature(element) && element.type !== undefined) {
        const name = element.name
        if (!ts.isIdentifier(name) && !ts.isStringLiteral(name)) throw new Error("a computed property name")
        fields.push({
          name: name.text,
          optional: element.questionToken !== undefined,
          type: typeOf(element.type, from)
        })
      } else throw new Error(`${from.fileName}: a member of kind ${ts.SyntaxKind[element.kind]}`)
    }
    // beside named fields, an index signature of the official types only says that their generator was unsure
    const kept = fields.length === 0 || isFact(from) ? rest : undefined
    return kept === undefined ? { kind: "object", fields } : { kind: "object", fields, rest: kept }
  }

  const typeOf = (node: ts.TypeNode, from: ts.SourceFile): Type => {
    if (ts.isParenthesizedTypeNode(node)) return typeOf(node.type, from)
    if (ts.isTupleTypeNode(node) && node.elements.length === 0) return { kind: "empty" }
    if (ts.isArrayTypeNode(node)) return { kind: "array", items: typeOf(node.elementType, from) }
    if (ts.isLiteralTypeNode(node)) {
      return node.literal.kind === ts.SyntaxKind.NullKeyword
        ? { kind: "null" }
        : { kind: "enum", values: [literal(node)] }
    }
    if (ts.isTypeLiteralNode(node)) return members(node.members, from)
    if (ts.isUnionTypeNode(node)) return union(node.types.filter(isValue).map((member) => typeOf(member, from)))
    if (ts.isIntersectionTypeNode(node)) return intersection(node.types.map((member) => typeOf(member, from)))
    if (ts.isTypeReferenceNode(node)) return reference(node, from)
    // import("../models").X
    if (ts.isImportTypeNode(node) && node.qualifier !== undefined) return named(node.qualifier.getText(from), from)
    const word = words[node.getText(from)]
    if (word === undefined) throw new Error(`${from.fileName}: a type of kind ${ts.SyntaxKind[node.kind]}`)
    return word
  }

  const reference = (node: ts.TypeReferenceNode, from: ts.SourceFile): Type => {
    const name = node.typeName.getText(from)
    const argument = node.typeArguments?.[0]
    if (name === "Array" || name === "Set" || name === "ReadonlyArray") {
      return { kind: "array", items: argument === undefined ? { kind: "unknown" } : typeOf(argument, from) }
    }
    if (name === "Promise" && argument !== undefined) return typeOf(argument, from)
    if (name === "File" || name === "Buffer" || name === "Blob") return { kind: "file" }
    if (name === "Date") return { kind: "string" }
    if (isFact(from) && name === "Day") return { kind: "string", format: "day" }
    if (isFact(from) && name === "Label") return { kind: "label" }
    if (isFact(from) && name === "Int") return { kind: "number", format: "integer" }
    return named(name, from)
  }

  const named = (name: string, from: ts.SourceFile): Type => {
    if (!models.has(name)) {
      const source = locate(name, from)
      const place = places.get(name)
      if (place !== undefined && place !== source) throw new Error(`${name} is declared twice`)
      places.set(name, source)
      models.set(name, { kind: "unknown" }) // while it is being read, for models that contain themselves
      models.set(name, model(name, source))
    }
    const type = models.get(name)
    return type?.kind === "enum" ? type : { kind: "ref", name }
  }

  const parse = (text: string): Type => {
    const source = ts.createSourceFile(join(folder, factFile), `type Fact = ${text}`, ts.ScriptTarget.ESNext, true)
    const [alias] = source.statements
    if (alias === undefined || !ts.isTypeAliasDeclaration(alias)) throw new Error(`not a type: ${text}`)
    return typeOf(alias.type, source)
  }

  const get = (name: string): Type => {
    const type = models.get(name)
    if (type === undefined) throw new Error(`no model ${name}`)
    return type
  }

  const intersection = (parts: ReadonlyArray<Type>): Type => {
    const objects = parts.map((part): Type => resolve(part, get))
    const fields = new Map<string, Field>()
    let rest: Type | undefined
    for (const part of objects) {
      if (part.kind === "unknown") continue
      if (part.kind !== "object") throw new Error(`an intersection with a ${part.kind}`)
      for (const field of part.fields) {
        const before = fields.get(field.name)
        fields.set(field.name, before === undefined ? field : { ...field, optional: before.optional && field.optional })
      }
      rest = rest ?? part.rest
    }
    const all = [...fields.values()]
    return rest === undefined ? { kind: "object", fields: all } : { kind: "object", fields: all, rest }
  }

  return { get, has: (name) => models.has(name), names: () => models.keys(), typeOf, parse, load }
}

const isNamed = (statement: ts.Statement): statement is ts.InterfaceDeclaration | ts.TypeAliasDeclaration =>
  ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)

const isValue = (node: ts.TypeNode): boolean => node.kind !== ts.SyntaxKind.UndefinedKeyword

/** The type itself, where it is a reference. */
export const resolve = (type: Type, get: (name: string) => Type): Type =>
  type.kind === "ref" ? resolve(get(type.name), get) : type

/** Known values, and any other string: `"a" | "b" | string`. */
export const isOpen = (type: Type): boolean =>
  type.kind === "union" &&
  type.members.length === 2 &&
  type.members.some(({ kind }) => kind === "enum") &&
  type.members.some(({ kind }) => kind === "string")

/** A union of what is left when nested unions are opened and repetitions dropped. */
export const union = (types: ReadonlyArray<Type>): Type => {
  const seen = new Map<string, Type>()
  const values: Array<string | number | boolean> = []
  for (const type of types.flatMap((member) => (member.kind === "union" ? member.members : [member]))) {
    if (type.kind === "enum") values.push(...type.values)
    else seen.set(JSON.stringify(type), type)
  }
  const members = [...seen.values()]
  if (values.length > 0) members.unshift({ kind: "enum", values: [...new Set(values)] })
  const [first] = members
  return members.length === 1 && first !== undefined ? first : { kind: "union", members }
}

const literal = (node: ts.TypeNode): string | number | boolean => {
  if (!ts.isLiteralTypeNode(node)) throw new Error(`a constant of kind ${ts.SyntaxKind[node.kind]}`)
  const value = node.literal
  if (ts.isStringLiteral(value)) return value.text
  if (ts.isNumericLiteral(value)) return Number(value.text)
  if (value.kind === ts.SyntaxKind.TrueKeyword) return true
  if (value.kind === ts.SyntaxKind.FalseKeyword) return false
  if (ts.isPrefixUnaryExpression(value) && ts.isNumericLiteral(value.operand)) return -Number(value.operand.text)
  throw new Error(`a literal of kind ${ts.SyntaxKind[value.kind]}`)
}
