import { build } from "vitepress"
import { relocate, placeholder } from "./site/relocate.js"
import { brokenLinks } from "./site/links.js"
process.env.DOCS_BASE = placeholder
const t = Date.now()
await build("site"); console.log("vp", Date.now()-t)
relocate("site/dist"); console.log("rel", Date.now()-t)
console.log(brokenLinks("site/dist").slice(0,20)); console.log("links", Date.now()-t)
