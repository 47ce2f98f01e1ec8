import { docsBase, page } from "./page.ts";

/** The page on which to connect a socket, send events, and see acks and frames. Its script is console.js. */
export const consolePage = page({
  title: "Chat: console",
  scripts: `<script src="${docsBase}/assets/console.js" type="module"></script>
`,
  main: `<main class="text console"><h1>Console</h1>
<p>Connects to this node as a client does. In development <code>npm run token -- USER</code> prints a token.
What is sent here is really sent.</p>
<noscript>This page needs JavaScript.</noscript>
<form id="connect">
<label>Token <input id="token" autocomplete="off" spellcheck="false" required></label>
<p><button>Connect</button> <button type="button" id="disconnect">Disconnect</button> <output id="state">not connected</output></p>
</form>
<form id="send">
<label>Chat, for the examples <select id="chats"></select></label>
<label>Event <select id="event"></select></label>
<p id="summary"></p>
<label>Payload <textarea id="payload" rows="8" spellcheck="false"></textarea></label>
<p><button>Send</button></p>
</form>
<h2>What was sent and received</h2>
<p><label class="inline"><input type="checkbox" id="frames"> with the frames of the websocket</label></p>
<p><button type="button" id="clear">Clear</button></p>
<ol id="log" aria-label="What was sent and received"></ol>
</main>`,
});
