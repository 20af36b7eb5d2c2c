/**
 * The document around a page.
 */
import { isFront, type Message, type Page, type Paths, type View } from "./context.js"
import { Html, html, span } from "./html.js"

const entriesOf = (paths: Paths): ReadonlyArray<readonly [path: string, name: string]> => [
  [paths.requests, "Requests"],
  [paths.data, "Data"],
  [paths.board, "Deals"],
  [paths.webhooks, "Webhooks"],
  [paths.controls, "Controls"]
]

const entry = (path: string, name: string, current: string): Html =>
  html`<li><a href="${path}"${path === current && new Html(' aria-current="page"')}>${name}</a></li>`

/** The whole document. */
export const layout = (page: Page, view: View, millis: number, message?: Message): string => {
  const { companies, internals, paths } = page
  const { origin, time, world } = internals
  const now = new Date(millis).toISOString()
  const document = html`<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>${view.title} – Sandbox of ${world.company.name}</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="${paths.style}"><script src="${paths.script}" defer></script></head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<div class="head"><h1>Sandbox of Pipedrive: ${world.company.name}</h1>
<p id="about"><code>${origin}</code> <span>${now.slice(0, 10)} ${now.slice(11, 16)} UTC${
    time.ahead > 0 && `, ${span(time.ahead)} ahead`
  }</span></p>
<p id="live"></p></div>
${companies.length > 0 && html`<nav aria-label="Companies"><ul>${companies.map(({ path, title }) => entry(path, title, paths.requests))}</ul></nav>\n`}${!isFront(page) && html`<nav aria-label="Pages"><ul>${entriesOf(paths).map(([path, name]) => entry(path, name, view.path))}</ul></nav>\n`}</header>
<p id="message" role="status"${message?.bad === true && new Html(' class="bad"')}>${message?.text}</p>
<main id="main" tabindex="-1">
${view.content}
</main>
</body>
</html>
`
  return `<!DOCTYPE html>\n${document.text}`
}
