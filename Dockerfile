# One image for both processes: the chat node by default, the consumers with `node consumers/main.ts`.
# There is no build step, Node runs the TypeScript sources.
#   docker build --network host -t lyvo-chat:dev .
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The workspace `local` is only for the local stack. No package needs its install script. The secret is for registries
# that need a token, and may be left out:
#   docker build --secret id=npmrc,src="$HOME/.npmrc" .
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci --omit=dev --workspaces=false --ignore-scripts

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY src ./src
COPY consumers ./consumers
# All files belong to root, so the process cannot change its own code.
USER node
EXPOSE 5002 9464
HEALTHCHECK --interval=10s --timeout=4s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.OPS_PORT || 9464}/readyz`, { signal: AbortSignal.timeout(3000) }).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts"]
