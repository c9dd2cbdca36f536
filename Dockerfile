# syntax=docker/dockerfile:1
FROM node:24.21.0-bookworm-slim AS build
# The engine finds compiled code again under the same path and for the same user only.
RUN install --directory --owner=node --group=node /app
USER node
WORKDIR /app
COPY --chown=node:node package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY --chown=node:node tsconfig.json tsconfig.build.json ./
COPY --chown=node:node scripts ./scripts
COPY --chown=node:node openapi ./openapi
COPY --chown=node:node config ./config
COPY --chown=node:node src ./src
COPY --chown=node:node dialects ./dialects
RUN node scripts/build.mjs \
  && mv dist/compiled compiled \
  && npm prune --omit=dev --no-audit --no-fund

FROM node:24.21.0-bookworm-slim
# jemalloc gives memory of large pictures back to the system; glibc's allocator keeps it in its arenas.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends libjemalloc2 \
  && rm -rf /var/lib/apt/lists/* \
  && ln -s "$(dpkg-query -L libjemalloc2 | grep 'libjemalloc.so.2$')" /usr/local/lib/libjemalloc.so.2 \
  && install --directory --owner=node --group=node /data
ENV NODE_ENV=production \
  LD_PRELOAD=/usr/local/lib/libjemalloc.so.2 \
  UV_THREADPOOL_SIZE=4 \
  POLYFACE_DATA_DIR=/data \
  POLYFACE_CONFIG=/etc/polyface/polyface.yaml
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The only part of the program that its user may write: a start that finds it empty fills it.
COPY --from=build --chown=node:node /app/compiled ./dist/compiled
COPY openapi ./openapi
COPY config ./config
COPY LICENSE ./
USER node
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 8080) + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/src/cli/polyface.js"]
CMD ["serve"]
