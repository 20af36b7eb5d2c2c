/**
 * Makes a built site work below any path, and from the disk: VitePress writes its base into every page and script. Pages get
 * addresses relative to themselves instead; scripts ask at run time where the site is.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { ts } from "ts-morph"

/** What the site is built with, to be found again in what was built. */
export const placeholder = "/__site_base__/"

/** Says in a page where the site is: `../../` as an absolute path. From the disk it is part of a file's path, too. */
const locate = (up: string): string =>
  `<script>window.__siteBase__=new URL(${JSON.stringify(up)},location.href).pathname</script>`

/**
 * With a server the site is one page: what stays when another is opened (the navigation) keeps its addresses, so they are made
 * absolute before the application takes the page over.
 */
const settle = `<script>if(location.protocol!=="file:")for(const a of document.querySelectorAll("a[href]"))a.setAttribute("href",a.href)</script>`

const inPage = (html: string, depth: number): string => {
  const up = depth === 0 ? "./" : "../".repeat(depth)
  return (
    html
      // from the disk a folder is a list of files
      .replaceAll(new RegExp(`(href="${placeholder}(?:[^"#]*/)?)(?=["#])`, "g"), "$1index.html")
      .replaceAll(new RegExp(`((?:href|src|content)=")${placeholder}`, "g"), (_, start: string) => start + up)
      .replaceAll(
        /(<script[^>]*>)([^<]+)(?=<\/script>)/g,
        (_, start: string, script: string) => start + inScript(script)
      )
      // names of classes that tell the page
      .replaceAll(placeholder.replaceAll("/", "_"), "_")
      .replace("</body>", `${settle}</body>`)
      .replace("<head>", `<head>\n    ${locate(up)}`)
  )
}

/** A string that contains the placeholder becomes a sum of strings. */
export const inScript = (source: string): string => {
  if (!source.includes(placeholder)) return source
  const file = ts.createSourceFile("x.js", source, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS)
  const edits: Array<{ readonly from: number; readonly to: number; readonly text: string }> = []
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
      if (node.text.includes(placeholder)) {
        const parts = node.text.split(placeholder).map((part) => JSON.stringify(part))
        edits.push({ from: node.getStart(), to: node.end, text: `(${parts.join("+window.__siteBase__+")})` })
      }
      return
    }
    if (ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node)) {
      const text = node.getText()
      if (text.includes(placeholder)) {
        edits.push({
          from: node.getStart(),
          to: node.end,
          text: text.replaceAll(placeholder, `\${window.__siteBase__}`)
        })
      }
      return
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return edits
    .sort((a, b) => b.from - a.from)
    .reduce((text, { from, text: by, to }) => text.slice(0, from) + by + text.slice(to), source)
}

export const relocate = (folder: string): void => {
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const file = join(folder, name)
    const depth = name.split(/[\\/]/).length - 1
    if (name.endsWith(".html")) writeFileSync(file, inPage(readFileSync(file, "utf8"), depth))
    else if (name.endsWith(".js") && name.startsWith("assets"))
      writeFileSync(file, inScript(readFileSync(file, "utf8")))
    else if (name.endsWith(".css")) {
      const text = readFileSync(file, "utf8")
      if (text.includes(placeholder)) writeFileSync(file, text.replaceAll(placeholder, "../".repeat(depth)))
    }
  }
}
