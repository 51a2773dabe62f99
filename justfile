# Names for the commands of the repository; each only calls what README names.

# Serve on SQLite beside a simulated Mollie.
dev:
    cargo run

# Drive an order through its whole life in both flows.
demo *ARGS:
    cargo run -- demo {{ARGS}}

# Every test, on SQLite and a real PostgreSQL.
test *ARGS:
    cargo xtask test {{ARGS}}

# A run too long for every change; without a name, which there are.
proof *NAME:
    cargo xtask proof {{NAME}}

# What the service costs, beside measured floors; with --quick nothing is written.
bench *ARGS:
    cargo xtask bench {{ARGS}}

# deploy/, as far as a machine without a cluster can judge it.
deploy:
    cargo xtask deploy

# Everything a change must pass.
ci:
    cargo xtask ci

# Bring the configured database's schema up to date.
migrate:
    cargo run -- migrate

# Run the simulated Mollie alone.
simulator:
    cargo run -- simulator
