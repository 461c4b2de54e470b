# The service in a container: docker build -t dynajob . && docker run -p 8080:8080 -v dynajob:/data …
# (docs/operations.md).
FROM debian:12 AS build
WORKDIR /src
COPY . .
RUN scripts/install_dependencies.sh \
    && cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DDYNAJOB_BUILD_TESTS=OFF \
    && cmake --build build --target dynajob \
    && mkdir -p /out/lib && cp build/dynajob /out/ \
    && cp build/libdynajob_torch.so /out/lib/ \
    && ldd build/dynajob build/libdynajob_torch.so | awk '$3 ~ /^\//' \
    | grep -vE '/lib(c|m|dl|rt|pthread|resolv)\.so' | awk '{print $3}' | sort -u | xargs -I{} cp -L {} /out/lib/

FROM debian:12-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --home-dir /data --create-home dynajob
COPY --from=build /out/dynajob /usr/local/bin/dynajob
COPY --from=build /out/lib /usr/local/lib/dynajob
ENV LD_LIBRARY_PATH=/usr/local/lib/dynajob
USER dynajob
WORKDIR /data
VOLUME /data
EXPOSE 8080
# Other addresses than loopback need keys: DYNAJOB_SERVE_READ_KEY, …_FEEDBACK_KEY, …_ADMIN_KEY, or a
# file with --set serve.keys_file=….
ENV DYNAJOB_SERVE_HOST=0.0.0.0 DYNAJOB_SERVE_STATE=/data/state
HEALTHCHECK --interval=10s --timeout=3s CMD curl -sf http://127.0.0.1:8080/health/live || exit 1
# SIGTERM drains; give it longer than serve.drain_seconds.
STOPSIGNAL SIGTERM
ENTRYPOINT ["dynajob", "serve"]
CMD ["--store", "/data/market.db", "--model", "/data/model"]
