"""Holds the Dockerfile and the rendered manifests against checkov's rules. What it finds must stand in checkov-exceptions.txt with
a reason, and each line there must still be needed.

Usage: python run_checkov.py CHECKOV      the program
"""

import fnmatch
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import yaml

import image
import installation

EXCEPTIONS = pathlib.Path(__file__).with_name("checkov-exceptions.txt")


def exceptions():
    """Each as its rule, the resources, and why. A line that begins with a blank goes on with the reason of the one before."""
    found = []
    for line in EXCEPTIONS.read_text().splitlines():
        if line.startswith("#") or not line:
            continue
        if line.startswith(" "):
            found[-1][2] += " " + line.strip()
            continue
        subject, _, reason = line.partition(": ")
        found.append([*subject.split(" "), reason])
    return found


def scan(checkov, directory):
    command = [
        checkov,
        "--directory",
        directory,
        "--framework",
        "kubernetes",
        "dockerfile",
        "--output",
        "json",
        "--skip-download",
        "--quiet",
        "--compact",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        reports = json.loads(done.stdout)
    except json.JSONDecodeError:
        raise SystemExit(f"checkov says no JSON:\n{done.stdout}{done.stderr}") from None
    return reports if isinstance(reports, list) else [reports]


def main(checkov):
    with tempfile.TemporaryDirectory() as directory:
        for name, manifests in installation.installations().items():
            pathlib.Path(directory, f"{name}.yaml").write_text(yaml.safe_dump_all(manifests))
        shutil.copy(image.DOCKERFILE, directory)
        reports = scan(checkov, directory)
    failed, passed = [], 0
    for report in reports:
        passed += report["summary"]["passed"]
        for check in report["results"]["failed_checks"]:
            file = pathlib.Path(check["file_path"]).stem
            failed.append((check["check_id"], f"{file}/{check['resource'].lstrip('/')}", check["check_name"]))
    known, used, faults = exceptions(), set(), []
    for rule, resource, says in sorted(failed):
        matching = [
            at for at, (its, pattern, _) in enumerate(known) if its == rule and fnmatch.fnmatch(resource, pattern)
        ]
        used |= set(matching)
        if not matching:
            faults.append(f"{rule} {resource}: {says}")
    faults += [
        f"{rule} {pattern}: nothing needs this exception"
        for at, (rule, pattern, _) in enumerate(known)
        if at not in used
    ]
    for fault in faults:
        print(f"FAULT {fault}", file=sys.stderr)
    if faults:
        return 1
    print(
        f"{passed} checks passed in {', '.join(sorted(report['check_type'] for report in reports))}; left out, with the reason:\n"
    )
    for rule, pattern, reason in known:
        print(f"{rule} {pattern}\n    {reason}")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    sys.exit(main(sys.argv[1]))
