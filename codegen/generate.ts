/**
 * All generated files, by path from the root of the project.
 */
import { emit } from "./emit.js"
import { extract } from "./extract.js"
import { plan } from "./plan.js"

export const generate = (): ReadonlyMap<string, string> => {
  const planned = plan(extract())
  return new Map([...emit(planned)].map(([file, text]) => [`src/${file}`, text]))
}
