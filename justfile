# What a developer runs, and what the workflows run: `just` lists it.

set positional-arguments

[private]
list:
    @just --list --unsorted

# Everything that a change must pass.
ci:
    bash .ci/run

# What takes seconds: formatting, spelling, dependencies, workflows and scripts.
quick:
    bash .ci/run format spelling "unused dependencies" dependencies workflows

# What the compiler, clippy and rustdoc say.
lint:
    bash .ci/run lints documentation

# Unit tests alone.
unit:
    bash .ci/run "unit tests"

# Tests through the front of each crate, stories, and documentation that is code.
integration:
    bash .ci/run "integration tests" "command line on AWS"

# All tests, of one crate with `just test -p domain`.
test *arguments:
    cargo test "${@:---workspace}"

# Which lines the tests run: target/coverage/lcov.info.
coverage:
    bash .ci/run coverage

# What is released: a function, the command line, the definitions and the demo that it checks and plays.
release:
    bash .ci/run "function build" "release build" machines demo

# infra/ without AWS.
infra:
    bash .ci/run "release build" infrastructure

# The newest advisories about what is built.
advisories:
    .github/scripts/advisories

# The archives of the functions, for arm64 or x86_64.
functions architecture="arm64":
    .github/scripts/functions "$1"

# The image of a reference service; pushed and signed where a tag is given.
image service tag="":
    .github/scripts/image "$@"

# The command line as it is released, and the list of its parts.
binary version:
    .github/scripts/binary "$1"

# Five deployments, real services and real traffic, in under a minute.
demo:
    cargo run --release -- demo
