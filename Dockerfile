# The bot in a container: docker build -t sparkify . && docker run --env-file .env -v sparkify:/data sparkify
# Only /data is written; the root may be read-only. Slack reaches it by Socket Mode, or over HTTP on port 3000.

FROM node:26-trixie-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
COPY sql sql
RUN node scripts/build.mjs
# What only the build needs stays behind; `dist` is a link, which becomes a folder.
RUN rm -rf node_modules/typescript node_modules/@typescript node_modules/@types node_modules/@tsconfig \
 && mkdir /app \
 && cp -RL dist /app/dist \
 && cp -R node_modules sql package.json /app/ \
 && install -D scripts/sparkify.cjs /app/scripts/sparkify.cjs
# A load and a bot that starts: both must work, and what Node compiles for them is kept for the read-only image.
RUN export SPARKIFY_HOME=/tmp/home \
 && node /app/dist/boot.cjs cli etl > /dev/null \
 && { timeout 15 node /app/dist/boot.cjs main > /dev/null || [ $? = 124 ]; } \
 && rm -r /tmp/home \
 && chmod -R go=rX /app/dist

FROM node:26-trixie-slim
COPY --from=build /app /app
RUN ln -s /app/scripts/sparkify.cjs /usr/local/bin/sparkify \
 && install -d -o node -g node -m 700 /data
# HOME: the root may be read-only, so the home is in the volume.
ENV NODE_ENV=production \
    UV_THREADPOOL_SIZE=16 \
    HOME=/data \
    SPARKIFY_HOME=/data \
    SPARKIFY_HOST=0.0.0.0 \
    SPARKIFY_PORT=3000
USER node
WORKDIR /data
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.SPARKIFY_PORT}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Space for new objects: with Node's own size an idle bot keeps 20 MB more, with 4 a load delays acknowledgements (docs/limits.md).
CMD ["node", "--max-semi-space-size=8", "/app/dist/boot.cjs", "main"]
