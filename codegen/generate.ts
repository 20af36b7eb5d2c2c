/**
 * All generated files, by path from the root of the project.
 */
import { emit } from "./emit.js"
import { extract } from "./extract.js"
import { operationsText } from "./operations.js"
import { plan } from "./plan.js"

export const generate = (): ReadonlyMap<string, string> => {
  const planned = plan(extract())
  const files = new Map([...emit(planned)].map(([file, text]) => [`src/${file}`, text]))
  return files.set("docs/operations.md", operationsText(planned))
}
