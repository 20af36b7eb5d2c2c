/**
 * Rewrites one file from Effect 3 to Effect 4, by its syntax alone: the first rule that knows a node writes it, and what none
 * knows stays as it is.
 */
import { ts } from "ts-morph"
import { callRules } from "./calls.js"
import { open, type Rule } from "./file.js"
import { importLines } from "./imports.js"
import { memberRules } from "./members.js"
import { schemaRules } from "./schema.js"
import { typeRules } from "./types.js"

/** Imports are written anew, at the end. */
const noImport: Rule = (node) => (ts.isImportDeclaration(node) ? "" : undefined)

// what knows more of a node comes first
const rules: ReadonlyArray<Rule> = [noImport, ...callRules, ...schemaRules, ...typeRules, ...memberRules]

/** The text of a file for Effect 4. `references` has the names of classes that extend a `Context.Reference`. */
export const rewrite = (fileName: string, text: string, references: ReadonlySet<string>): string => {
  const file = open(fileName, text, references, rules)
  const { print, source } = file
  const imports = source.statements.filter(ts.isImportDeclaration)
  let before = ""
  let out = ""
  let at = 0
  for (const statement of source.statements) {
    const start = statement.getStart(source)
    out += text.slice(at, start)
    at = statement.end
    if (!ts.isImportDeclaration(statement)) {
      out += print(statement)
      continue
    }
    if (statement === imports[0]) {
      before = out
      out = ""
    }
    // an import leaves no empty line behind
    if (text[at] === "\n" && statement !== imports.at(-1)) at++
  }
  return before + importLines(imports, file).join("\n") + out + text.slice(at)
}
