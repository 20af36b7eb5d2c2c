/** Members of modules and of values that have another name. */
import { ts } from "ts-morph"
import { type File, nameOf, type Rule } from "./file.js"
import { modules } from "./names.js"

const isTypePosition = (node: ts.Node): boolean => {
  for (let at: ts.Node | undefined = node; at !== undefined; at = at.parent) {
    if (ts.isTypeNode(at) && !ts.isExpressionWithTypeArguments(at)) return true
    if (ts.isExpressionWithTypeArguments(at)) return ts.isInterfaceDeclaration(at.parent.parent)
    if (ts.isExpression(at) || ts.isStatement(at)) return false
  }
  return false
}

const isName = (node: ts.Identifier): boolean => {
  const { parent } = node
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    (ts.isQualifiedName(parent) && parent.right === node) ||
    (ts.isPropertyAssignment(parent) && parent.name === node) ||
    ((ts.isPropertySignature(parent) ||
      ts.isMethodSignature(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isPropertyDeclaration(parent)) &&
      parent.name === node)
  )
}

/** What `@effect/vitest` calls otherwise: every test of an effect has a scope. */
const testMethods: ReadonlyMap<string, string> = new Map([
  ["scoped", "effect"],
  ["scopedLive", "live"]
])

/** Members of values that have another name. */
const properties: ReadonlyMap<string, string> = new Map([
  ["unsafeCurrentTimeMillis", "currentTimeMillisUnsafe"],
  ["unsafeCurrentTimeNanos", "currentTimeNanosUnsafe"],
  ["unsafeMap", "mapUnsafe"],
  ["unsafePoll", "pollUnsafe"],
  ["unsafeUpdate", "updateUnsafe"],
  ["currentContext", "context"]
])

const eitherProperties: ReadonlyMap<string, string> = new Map([
  ["left", "failure"],
  ["right", "success"]
])

/** Whether a file has values of `Either`, whose members have common names. */
const hasEither = ({ known, text }: File): boolean =>
  [...known.values()].some(({ from }) => from === "effect/Either") || /_tag [!=]== "(Left|Right)"/.test(text)

/** `left` and `right` are also names of functions. */
const isCalleeOfUnknown = (node: ts.PropertyAccessExpression): boolean =>
  eitherProperties.has(node.name.text) && ts.isCallExpression(node.parent) && node.parent.expression === node

/** `Module.member` and `value.member`. */
const member: Rule = (node, file) => {
  if (!ts.isPropertyAccessExpression(node)) return undefined
  const { children, memberAt, moduleAt, note } = file
  const { expression, name } = node
  const method = expression.getText() === "it" ? testMethods.get(name.text) : undefined
  if (method !== undefined) return `it.${method}`
  // a level of the log is its name
  if (name.text === "label" && expression.getText() === "logLevel") return "logLevel.toUpperCase()"
  const module = moduleAt(expression)
  if (module?.name === "LogLevel" || module?.from === "effect/ExecutionStrategy") return JSON.stringify(name.text)
  if (module?.name === "TestContext") {
    note("effect/testing/TestClock", "TestClock", false)
    return "TestClock.layer()"
  }
  if (module !== undefined) return memberAt(module, name.text, expression.getText(), isTypePosition(node))
  const renamed = properties.get(name.text) ?? (hasEither(file) ? eitherProperties.get(name.text) : undefined)
  return renamed === undefined || isCalleeOfUnknown(node)
    ? undefined
    : children(node).slice(0, -name.text.length) + renamed
}

/** `"Left"`, and `onLeft` of a match. */
const either: Rule = (node, file) => {
  if (ts.isStringLiteral(node) && (node.text === "Left" || node.text === "Right")) {
    return (ts.isExpression(node.parent) || ts.isVariableDeclaration(node.parent)) && hasEither(file)
      ? JSON.stringify(node.text === "Left" ? "Failure" : "Success")
      : undefined
  }
  if (!ts.isIdentifier(node) || (node.text !== "onLeft" && node.text !== "onRight") || !isName(node)) return undefined
  return hasEither(file) ? (node.text === "onLeft" ? "onFailure" : "onSuccess") : undefined
}

/** A clock that an object literal makes. */
const clockMember: Rule = (node) =>
  ts.isIdentifier(node) && ts.isPropertyAssignment(node.parent) && isName(node) && /^unsafeCurrentTime/.test(node.text)
    ? (properties.get(node.text) ?? node.text)
    : undefined

/** A module by itself, or a member imported by its own name. */
const identifier: Rule = (node, { direct, known, note }) => {
  if (!ts.isIdentifier(node) || isName(node)) return undefined
  const module = known.get(node.text)
  if (module !== undefined) {
    const to = modules[module.from] ?? module.from
    const shown = node.text === module.name ? nameOf(to) : node.text
    note(to, shown, isTypePosition(node))
    return ts.isShorthandPropertyAssignment(node.parent) && shown !== node.text ? `${node.text}: ${shown}` : shown
  }
  const renamed = direct.get(node.text)
  return renamed?.slice(renamed.indexOf(".") + 1)
}

export const memberRules: ReadonlyArray<Rule> = [member, either, clockMember, identifier]
