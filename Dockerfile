# The program of dist/bin, which `npm run bundle` makes: the same bytes for every platform.
#
#   docker run --rm --read-only --tmpfs /tmp --volume "$PWD:/work:ro" --env LANDFALL_GIT_TOKEN IMAGE promote
#
# In GitLab CI set `entrypoint: [""]`, as jobs are scripts.
FROM node:24-bookworm-slim

LABEL org.opencontainers.image.title="landfall" \
      org.opencontainers.image.description="Move image tags in Kubernetes manifests by git push, survive every race, and prove it on the remote" \
      org.opencontainers.image.source="https://github.com/your-org/landfall" \
      org.opencontainers.image.licenses="Apache-2.0"

RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates git openssh-client \
 && rm -rf /var/lib/apt/lists/* \
 && ln -s /opt/landfall/dist/bin/landfall.cjs /usr/local/bin/landfall

COPY package.json LICENSE /opt/landfall/
COPY examples/robson /opt/landfall/examples/robson
COPY --chmod=755 dist/bin /opt/landfall/dist/bin

WORKDIR /work
# By number, so that runAsNonRoot can tell.
USER 1000:1000
ENTRYPOINT ["landfall"]
CMD ["--help"]
