# `make` lists what there is; each command sets up what it needs by itself.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test check build bundle size openapi notices sbom bench load chaos accuracy cache-trace read-trace audit-verify check-config migrate rollback migrations backup check-backup restore restore-hubs admin deploy rollout withdraw smoke clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: ## everything set up and serving on http://127.0.0.1:8787 (PORT=), with a demo account and its reading
	@scripts/run.sh

test: ## every layer of tests (LAYERS="native workerd" for some)
	@scripts/test.sh $(LAYERS)

check: ## formatting, lints, documentation, licences, unused dependencies, bundle size
	@scripts/check.sh

build: ## the release worker in build/ (WITNESS_WASM_OPT= flags for wasm-opt)
	@scripts/build.sh

bundle: ## what a deployment uploads, in out/
	@scripts/bundle.sh

size: ## gzip bytes of what a deployment uploads
	@scripts/size.sh

openapi: ## the served OpenAPI document on standard output
	@scripts/openapi.sh

notices: ## THIRD_PARTY_NOTICES.md from the lock files
	@source scripts/toolchain.sh && need_node && node scripts/notices.mjs

sbom: ## what the worker and its tools are made of, CycloneDX, in out/sbom.json
	@source scripts/toolchain.sh && need_node && need_rust && node scripts/sbom.mjs out/sbom.json

bench: ## this worker beside a bare handler and peers (JOBS=relay for the relay alone)
	@bench/run.sh

load: ## people who use the house for some minutes: percentiles, errors, memory (PROFILE=smoke, steady, spike or soak; MINUTES=, VISITS= a second, SEED=)
	@tools/load/run.sh

chaos: ## nothing lost while sockets are cut, hubs evicted, workerd killed, dependencies fail (PART=relay or dependencies, SEED= repeats, SUBJECT=peer, EVENTS=, SECONDS=)
	@tools/chaos/run.sh

accuracy: ## how far positions and engines are from the truth tables: percentiles and maxima
	@scripts/accuracy.sh

cache-trace: ## how often a month of visits finds its answers kept (docs/cache.md)
	@source scripts/toolchain.sh && need_rust && cargo test --quiet --profile trace --test cache_trace -- --ignored --nocapture

read-trace: ## how often a day of reads finds its answers kept (docs/cache.md)
	@source scripts/toolchain.sh && need_rust && cargo test --quiet --profile trace --test read_trace -- --ignored --nocapture

audit-verify: ## an export of the audit log, offline (FILE=, KEY= the served keys, KNOWN= a kept checkpoint, FROM= its first place)
	@source scripts/toolchain.sh && need_node && node tools/audit/verify.mjs $(FILE) --key $(KEY) $(if $(KNOWN),--known $(KNOWN)) $(if $(FROM),--from $(FROM))

check-config: ## wrangler.toml against what the worker reads (TARGET=staging or production: ready to deploy there?)
	@scripts/check-config.sh $(TARGET)

migrate: ## applies D1 migrations (TARGET=local, staging or production; default local)
	@source scripts/toolchain.sh && need_node && node tools/migrate/main.mjs up --target $(or $(TARGET),local)

rollback: ## takes D1 migrations after number TO= back, newest first (TARGET=; CONFIRM=yes where it is remote)
	@source scripts/toolchain.sh && need_node && node tools/migrate/main.mjs down --to "$(TO)" --target $(or $(TARGET),local)

migrations: ## what is applied, pending, edited (TARGET=)
	@source scripts/toolchain.sh && need_node && node tools/migrate/main.mjs status --target $(or $(TARGET),local)

backup: ## the database into a file, read back, and the configuration beside it (TARGET=, TO= folder, default backups; BACKUP_KEY encrypts; URL= of the Worker and WITNESS_ADMIN_KEY: the logs of devices too)
	@source scripts/toolchain.sh && need_node && node tools/backup/main.mjs backup --to "$(or $(TO),backups)" --target $(or $(TARGET),local) --url "$(URL)"

check-backup: ## is this file a whole backup, and of what? (FROM=)
	@source scripts/toolchain.sh && need_node && node tools/backup/main.mjs check --from "$(FROM)"

restore: ## a backup into an empty database (FROM= file, TARGET=; CONFIRM=yes)
	@source scripts/toolchain.sh && need_node && node tools/backup/main.mjs restore --from "$(FROM)" --target $(or $(TARGET),local)

restore-hubs: ## the logs of devices from a backup, where none has begun (FROM= file, URL= of the Worker; WITNESS_ADMIN_KEY, CONFIRM=yes)
	@source scripts/toolchain.sh && need_node && node tools/backup/main.mjs restore-hubs --from "$(FROM)" --url "$(URL)"

admin: ## gives an account the role admin (EMAIL=, and TARGET=staging or production)
	@source scripts/toolchain.sh && need_node && node scripts/admin.mjs grant $(EMAIL) $(if $(TARGET),--env $(TARGET))

deploy: ## migrations, then the worker, at once (TARGET=staging or production)
	@scripts/deploy.sh $(TARGET)

rollout: ## the same in steps of 10, 50 and 100 per cent, watched, taken back on failure (TARGET=staging or production)
	@scripts/rollout.sh $(TARGET)

withdraw: ## back to the version before (TARGET=staging or production, VERSION= to a certain one)
	@scripts/withdraw.sh $(TARGET) $(VERSION)

smoke: ## does a deployment work? a journey with an account that is deleted again (TARGET=, or URL=)
	@source scripts/toolchain.sh && need_node && node scripts/smoke.mjs $(or $(URL),$$(node scripts/versions.mjs where $(TARGET) | cut -d' ' -f2))

clean: ## what can be made again, without the local database and secrets
	@rm -rf build out target node_modules bench/node_modules public/docs/assets public/together/assets public/console/assets
