# syntax=docker/dockerfile:1
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY openapi ./openapi
COPY config ./config
COPY src ./src
COPY dialects ./dialects
RUN node scripts/build.mjs && npm prune --omit=dev --no-audit --no-fund

FROM node:24.21.0-bookworm-slim
# jemalloc gives memory of large pictures back to the system; glibc's allocator keeps it in its arenas.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends libjemalloc2 \
  && rm -rf /var/lib/apt/lists/* \
  && ln -s "$(dpkg-query -L libjemalloc2 | grep 'libjemalloc.so.2$')" /usr/local/lib/libjemalloc.so.2 \
  && install --directory --owner=1000 --group=1000 /data \
  && rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack
ENV NODE_ENV=production \
  LD_PRELOAD=/usr/local/lib/libjemalloc.so.2 \
  UV_THREADPOOL_SIZE=4 \
  POLYFACE_DATA_DIR=/data \
  POLYFACE_CONFIG=/etc/polyface/polyface.yaml
WORKDIR /app
# Everything belongs to root: the gateway can write nothing but /data.
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY openapi ./openapi
COPY config ./config
COPY LICENSE ./
USER 1000:1000
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s --retries=3 \
  CMD ["node", "dist/src/cli/polyface.js", "healthcheck"]
ENTRYPOINT ["node", "dist/src/cli/polyface.js"]
CMD ["serve"]
