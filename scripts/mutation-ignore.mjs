/**
 * For `npm run mutation`: leaves texts for people as they are. The words of messages, of doc annotations and of log
 * lines are not behaviour; the tests that hold them do so where the wording matters. What programs read (names of
 * headers, parameters, tags, attributes, paths) has no blank and is mutated.
 */
import { declareValuePlugin, PluginKind } from "@stryker-mutator/api/plugin"

const isProse = (text) => /\S\s+\S/.test(text)

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, "prose", {
    shouldIgnore(path) {
      if (path.isStringLiteral() && isProse(path.node.value)) return "a text for people"
      if (path.isTemplateLiteral() && path.node.quasis.some((part) => isProse(part.value.raw))) {
        return "a text for people"
      }
      return undefined
    }
  })
]
