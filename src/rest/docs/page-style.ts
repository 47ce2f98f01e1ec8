export const pageStyle = `body { margin: 0; background: #fff; color: #24292f; font: 16px/1.5 system-ui, sans-serif; }
nav { display: flex; flex-wrap: wrap; gap: 0 1.25rem; padding: .5rem 1.25rem; background: #1f2937; }
nav a { color: #fff; padding: .5rem 0; }
.text { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem 3rem; }
.text h2 { margin-top: 2.5rem; }
.text .wide { overflow-x: auto; }
.text table { border-collapse: collapse; width: 100%; }
.text th, .text td { text-align: left; vertical-align: top; padding: .5rem 1rem .5rem 0; border-bottom: 1px solid #d0d7de; }
.text tr:target { background: #fff8c5; }
.text p code { overflow-wrap: anywhere; }
.text pre { overflow-x: auto; background: #f6f8fa; padding: 1rem; border-radius: 6px; font-size: 13px; }
.text summary { cursor: pointer; padding: .5rem 0; }
.text small { color: #57606a; }
.console form { display: grid; gap: .75rem; margin: 1.5rem 0; }
.console label { display: grid; gap: .25rem; font-weight: 600; }
.console .inline { display: flex; align-items: center; gap: .5rem; font-weight: 400; }
.console input, .console select, .console textarea, .console button { font: inherit; padding: .375rem .5rem; }
.console textarea { font: 13px/1.5 ui-monospace, monospace; }
.console ol { list-style: none; margin: 1rem 0; padding: 0; }
.console li { border-inline-start: 4px solid #8c959f; padding: .25rem .75rem; margin-block-end: .5rem; }
.console .sent { border-color: #0969da; }
.console .received { border-color: #1a7f37; }
.console .failed { border-color: #cf222e; }
.console pre { margin: .25rem 0 0; padding: .5rem; }
@media (max-width: 40rem) {
  .text th, .text td { padding-right: .75rem; font-size: .875rem; }
  .swagger-ui .wrapper, .swagger-ui .scheme-container { padding-inline: .75rem; }
  .swagger-ui .opblock-tag small { display: none; }
  .swagger-ui .opblock-tag { justify-content: space-between; }
  .swagger-ui .responses-inner, .swagger-ui .table-container { overflow-x: auto; }
}
`;
