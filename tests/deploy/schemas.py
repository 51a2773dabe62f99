"""Kubernetes' own schemas, offline and strict, from the oldest release we support to the newest that is known here. Kinds of operators
have no schema there: they are named, and `operators` checks them by hand."""

import kubernetes_validate

OLDEST = (1, 31)
OURS = {"cert-manager.io", "external-secrets.io", "postgresql.cnpg.io", "monitoring.coreos.com"}


def versions():
    known = {kubernetes_validate.utils.major_minor(version) for version in kubernetes_validate.utils.all_versions()}
    numbers = sorted(tuple(int(part) for part in version.split(".")) for version in known)
    return [f"{major}.{minor}" for major, minor in numbers if (major, minor) >= OLDEST]


def check(manifests):
    """Faults, and the kinds that have no schema."""
    faults, unknown = [], set()
    for manifest in manifests:
        group = manifest["apiVersion"].partition("/")[0]
        if group in OURS:
            unknown.add(manifest["kind"])
            continue
        for version in versions():
            try:
                kubernetes_validate.validate(manifest, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                where = ".".join(str(part) for part in error.path)
                faults.append(
                    f"{manifest['kind']}/{manifest['metadata']['name']}: {where}: {error.message} (Kubernetes {version})"
                )
                break
            except kubernetes_validate.SchemaNotFoundError:
                faults.append(f"{manifest['kind']} {manifest['apiVersion']}: not known to Kubernetes {version}")
                break
    return faults, unknown
