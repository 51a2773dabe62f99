"""Checks deploy/ without a cluster: renders it, holds it against Kubernetes' schemas and our own rules, and has every rule notice an
installation that breaks it.

Usage: python check.py ORDER-SERVICE      the program, which tells what its settings are
"""

import re
import subprocess
import sys

# What is imported without use adds its rules to `policy`, or its installations to `weakened`.
import fitting  # noqa: F401
import image
import installation
import operators  # noqa: F401
import policy
import schemas
import weakened
import weakened_fitting  # noqa: F401

UNKNOWN_TO_KUBERNETES = {
    "a name with a slip": lambda spec: spec.update(replica=3),
    "a word for a number": lambda spec: spec.update(replicas="three"),
    "a part that must be there": lambda spec: spec.pop("selector"),
}


class Facts:
    """What the program and the image say of themselves."""

    def __init__(self, program):
        text = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
        listed = set(re.findall(r"ORDER_SERVICE__[A-Z0-9_]+", text))
        # Names that the operator gives: of profiles, issuers, callers and payment methods.
        names = re.compile(
            r"(?<=PROFILES__)MAIN|(?<=ROLES__)MAIN|(?<=ISSUERS__)CORP|(?<=SUBJECTS__)CORP|(?<=CALLERS__)SHOP|(?<=_OF__)[A-Z]+"
        )
        self.settings = [re.compile(names.sub(r"([A-Z0-9_-]+?|\\*)", setting)) for setting in sorted(listed)]
        self.others = set(re.findall(r"\[env:\s+(ORDER_SERVICE_[A-Z_]+)=", text))
        self.exposed = image.read().exposed

    def knows(self, name):
        return name in self.others or any(setting.fullmatch(name) for setting in self.settings)


def main(program):
    facts, faults = Facts(program), []
    made = installation.installations()
    made["with monitoring"] = whole_with_monitoring(made["production"])
    unknown = set()
    for name, manifests in made.items():
        wrong, kinds = schemas.check(manifests)
        unknown |= kinds
        faults += [f"{name}: {fault}" for fault in wrong]
        faults += [f"{name}: {rule}: {fault}" for rule, fault in policy.faults(manifests, facts)]
        print(f"{name}: {len(manifests)} manifests")
    print(
        f"Kubernetes {', '.join(schemas.versions())}; without a schema: {', '.join(sorted(unknown))}, held against our own rules"
    )
    faults += [*run_book(), *unnoticed(made, facts)]
    for fault in faults:
        print(f"FAULT {fault}", file=sys.stderr)
    count = len(weakened.WRONG) + len(UNKNOWN_TO_KUBERNETES)
    print(f"{len(policy.RULES)} rules, {count} weakened installations, {len(faults)} faults")
    return 1 if faults else 0


def whole_with_monitoring(production):
    manifests = {installation.identity(it): it for it in production}
    return list(
        (manifests | {installation.identity(it): it for it in installation.with_component("monitoring")}).values()
    )


def run_book():
    """What deploy/README.md has people apply is what is judged here, in the same order, and what it links to is there."""
    text = (installation.DEPLOY / "README.md").read_text()
    applied = re.findall(r"kubectl apply -k deploy/(\S+)", text.partition("## Upgrade")[0])
    judged = [part for parts in installation.INSTALLATIONS.values() for part in parts]
    if applied != judged:
        yield f"deploy/README.md applies {applied}, and what is judged is {judged}"
    for link in re.findall(r"\]\(([^)]+)\)", text):
        if not (installation.DEPLOY / link).exists():
            yield f"deploy/README.md: {link} is not there"
    versions = schemas.versions()
    if f"{versions[0]} to {versions[-1]}" not in text:
        yield f"deploy/README.md does not say that it is for Kubernetes {versions[0]} to {versions[-1]}"


def unnoticed(made, facts):
    """The tests of the tests."""
    for title, rule, manifests in weakened.weakened(made):
        found = {name for name, _ in policy.faults(manifests, facts)}
        if rule not in found:
            yield f"weakened, and {rule} does not notice: {title} (but {', '.join(sorted(found)) or 'none'})"
    for title, change in UNKNOWN_TO_KUBERNETES.items():
        manifest = installation.copied(installation.one(made["dev"], "Deployment"))
        change(manifest["spec"])
        if not schemas.check([manifest])[0]:
            yield f"weakened, and the schemas do not notice: {title}"
    for rule in sorted(policy.RULES.keys() - {rule for _, rule, _ in weakened.WRONG}):
        yield f"no weakened installation breaks the rule {rule}"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    sys.exit(main(sys.argv[1]))
