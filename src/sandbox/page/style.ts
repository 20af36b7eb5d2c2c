/**
 * The style of the pages: light and dark, down to the width of a phone.
 */
export const style = `:root {
  color-scheme: light dark;
  --ink: #1f2328; --quiet: #59636e; --paper: #ffffff; --raised: #f6f8fa; --line: #d1d9e0; --accent: #0a5c36; --link: #0b57a4;
  --bad: #b3261e; --warn: #8a5300; --good: #0a6b3c; --on-accent: #ffffff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6e9ee; --quiet: #9da7b3; --paper: #14171c; --raised: #1d2229; --line: #39424d; --accent: #7ddba8; --link: #8ec1f7;
    --bad: #ff9b91; --warn: #f2b866; --good: #7ddba8; --on-accent: #0c1a12;
  }
}
* { box-sizing: border-box }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0; color: var(--ink); background: var(--paper) }
header, main, #message { padding: 0 1.25rem; max-width: 84rem; margin: 0 auto }
h1 { font-size: 1.15rem; margin: 0 } h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem } h3 { font-size: .95rem; margin: .9rem 0 .3rem }
p { margin: .4rem 0 } code, pre { font: 13px/1.5 ui-monospace, Menlo, Consolas, monospace }
a { color: var(--link) } ul, ol { list-style: none; padding: 0; margin: 0 }
.quiet, .empty, #about { color: var(--quiet) }
.skip { position: absolute; left: -99rem } .skip:focus { left: 1rem; top: .5rem; background: var(--paper); padding: .4rem }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px } main:focus { outline: none }
header { padding-top: .9rem } .head { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; align-items: center }
.head p { margin: 0 } #live { margin-left: auto } #about { display: flex; flex-wrap: wrap; gap: 0 .8rem }
nav ul { display: flex; flex-wrap: wrap; gap: .3rem } header nav { margin-top: .7rem; border-bottom: 1px solid var(--line) }
header nav a { display: block; padding: .45rem .8rem; color: inherit; text-decoration: none; border-bottom: 3px solid transparent }
header nav a:hover { background: var(--raised) } header nav a[aria-current] { border-color: var(--accent); font-weight: 600 }
.chips { margin: .6rem 0 } .chips a { display: block; padding: .2rem .7rem; border: 1px solid var(--line); border-radius: 1rem; text-decoration: none; color: inherit }
.chips a:hover { background: var(--raised) } .chips a[aria-current] { background: var(--accent); color: var(--on-accent); border-color: var(--accent) }
.chips a[aria-current] .many { color: inherit } .many { color: var(--quiet) }
#message { margin-top: .8rem; margin-bottom: -.4rem; color: var(--good); font-weight: 600 } #message.bad { color: var(--bad) } #message:empty { display: none }
main { padding-bottom: 3rem }
button, input, select, textarea { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: .35rem; padding: .3rem .6rem; max-width: 100%; min-height: 2.2rem }
button { background: var(--raised); cursor: pointer } button:hover { border-color: var(--quiet) } button:disabled { color: var(--quiet); cursor: default }
button[aria-pressed=true] { background: var(--accent); color: var(--on-accent); border-color: var(--accent) }
.danger { color: var(--bad); border-color: var(--bad) } [aria-busy=true] button { opacity: .6 }
.tools { display: flex; flex-wrap: wrap; gap: .5rem .9rem; align-items: center; margin: .5rem 0 } .tools form { display: flex; flex-wrap: wrap; gap: .4rem; align-items: center }
input[type=number] { width: 6.5rem } input[type=file] { border: 0; padding-left: 0 }
.bars { display: grid; gap: .35rem } .bars li { display: grid; grid-template-columns: minmax(9rem, 16rem) minmax(6rem, 24rem) 1fr; gap: .8rem; align-items: center }
meter { width: 100%; height: 1rem } .figures { color: var(--quiet); font-variant-numeric: tabular-nums }
.log { border-top: 1px solid var(--line) } .log > li { border-bottom: 1px solid var(--line) }
summary { cursor: pointer } .log summary, .line { display: grid; grid-template-columns: 5rem 4.5rem minmax(0, 1fr) minmax(0, 15rem) 3.2rem; gap: .7rem; padding: .3rem .2rem; align-items: baseline; list-style: none }
#deliveries summary { grid-template-columns: 5rem minmax(0, 1fr) minmax(0, 15rem) 3.2rem }
.log summary::-webkit-details-marker { display: none } .log summary:hover { background: var(--raised) } .log details[open] > summary { background: var(--raised) }
.log summary code, .line code { overflow: hidden; text-overflow: ellipsis; white-space: nowrap } details[open] > summary code, .line code { white-space: normal; overflow-wrap: anywhere }
.line { font-size: 1rem; font-weight: normal } time { font-variant-numeric: tabular-nums; color: var(--quiet) } .method { font-weight: 600 }
.endpoint { color: var(--quiet); overflow-wrap: anywhere } .status { text-align: right; font-weight: 600; font-variant-numeric: tabular-nums; color: var(--good) }
.status.client { color: var(--warn) } .status.server, .status.none { color: var(--bad) }
.inside { padding: .2rem .2rem 1rem } dl { display: grid; grid-template-columns: minmax(6rem, max-content) minmax(0, 1fr); gap: .1rem 1rem; margin: 0 }
dt { color: var(--quiet) } dd { margin: 0; overflow-wrap: anywhere }
pre { background: var(--raised); border: 1px solid var(--line); border-radius: .35rem; padding: .6rem .8rem; margin: .3rem 0; overflow: auto; max-height: 32rem; white-space: pre-wrap; overflow-wrap: anywhere }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .35rem } table { border-collapse: collapse; min-width: 100% }
th, td { text-align: left; padding: .3rem .7rem; border-bottom: 1px solid var(--line); white-space: nowrap; vertical-align: top } th { background: var(--raised); font-weight: 600 }
tbody tr:last-child td { border-bottom: 0 } tbody tr:hover { background: var(--raised) } .number { text-align: right; font-variant-numeric: tabular-nums } .deleted { color: var(--quiet); text-decoration: line-through }
.board { display: flex; gap: .7rem; padding: .7rem; align-items: flex-start } .board section { flex: 1 0 13rem; min-width: 13rem; background: var(--raised); border-radius: .35rem; padding: .5rem }
.board h3 { margin: 0 } .board p { margin: 0 0 .5rem; font-size: .87rem } .board ul { display: grid; gap: .45rem }
.card { display: grid; background: var(--paper); border: 1px solid var(--line); border-radius: .35rem; padding: .4rem .6rem; font-size: .9rem } .card a { color: inherit; font-weight: 600 }
.faults li { display: flex; flex-wrap: wrap; gap: .4rem 1rem; align-items: center; justify-content: space-between; padding: .35rem 0; border-bottom: 1px solid var(--line) }
.fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .7rem 1rem; align-items: end } .fields label { display: grid; gap: .15rem; color: var(--quiet) }
.fields input, .fields select, .fields textarea { width: 100%; color: var(--ink) } .wide { grid-column: 1 / -1 } .fields .check { display: flex; gap: .5rem; align-items: center; color: inherit } .fields .check input { width: auto; min-height: 0 }
.fields .for-respond, .fields .for-bytes, .fields .for-drip { display: none }
.fields:has([value=Respond]:checked) .for-respond, .fields:has([value=Drip]:checked) .for-drip { display: grid }
.fields:has([value=Drip]:checked) .for-bytes, .fields:has([value=Truncate]:checked) .for-bytes { display: grid }
@media (max-width: 46rem) {
  header, main, #message { padding-left: .8rem; padding-right: .8rem } header nav a { padding: .45rem .35rem; font-size: .93rem } header nav ul { gap: 0; justify-content: space-between } #live { margin-left: 0 }
  .bars li { grid-template-columns: 1fr; gap: 0; margin-bottom: .3rem }
  .log summary, #deliveries summary, .line { grid-template-columns: max-content 1fr max-content; gap: 0 .7rem }
  .log summary code, .line code { grid-column: 1 / -1; grid-row: 2 } .log .endpoint, .line .endpoint { grid-column: 1 / -1; grid-row: 3 } .log .status, .line .status { grid-column: 3; grid-row: 1 }
  dl { grid-template-columns: 1fr } dd { margin-bottom: .3rem }
}
`
