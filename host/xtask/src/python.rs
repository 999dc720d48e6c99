//! Python with the packages of `tests/conformance/requirements.txt`, in a folder of its own.

use std::fs;
use std::path::PathBuf;

use crate::error::XtaskError;
use crate::print;
use crate::program::Program;
use crate::workspace::Workspace;

/// The pinned packages.
const REQUIREMENTS: &str = "tests/conformance/requirements.txt";

/// The Python of `target/python`, made on first use and again when the pins change.
pub(crate) fn interpreter(workspace: &Workspace) -> Result<PathBuf, XtaskError> {
    let folder = workspace.target.join("python");
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let pins = workspace.path(REQUIREMENTS);
    let wanted = read(&pins)?;
    // Written last, so that an interrupted installation starts again.
    let installed = folder.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|text| text == wanted) && python.exists() {
        return Ok(python);
    }
    print::line("Python packages are installed into target/python");
    must_be_new_enough(workspace)?;
    let venv = Program::new("python3", &workspace.root).args(["-m", "venv", "--clear"]);
    venv.arg(&folder).run()?;
    let pip = Program::new(&python, &workspace.root).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--requirement",
    ]);
    pip.arg(&pins).run()?;
    fs::write(&installed, wanted).map_err(|source| XtaskError::FileUnusable {
        path: installed,
        what: "written",
        source,
    })?;
    Ok(python)
}

fn must_be_new_enough(workspace: &Workspace) -> Result<(), XtaskError> {
    let question = "import sys; print(*sys.version_info[:2])";
    let answer = Program::new("python3", &workspace.root).args(["-c", question]).read()?;
    if is_new_enough(&answer) {
        return Ok(());
    }
    Err(XtaskError::Unreadable {
        what: format!("Python {}", answer.trim().replace(' ', ".")),
        reason: "the pinned packages need 3.11 or later".to_owned(),
    })
}

fn is_new_enough(answer: &str) -> bool {
    let numbers: Vec<u32> =
        answer.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    numbers.as_slice() >= [3, 11].as_slice()
}

fn read(path: &PathBuf) -> Result<String, XtaskError> {
    fs::read_to_string(path).map_err(|source| XtaskError::FileUnusable {
        path: path.clone(),
        what: "read",
        source,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn versions_are_numbers() {
        for (answer, expected) in [("3 11\n", true), ("3 9\n", false), ("4 0\n", true), ("", false)]
        {
            assert_eq!(super::is_new_enough(answer), expected, "{answer:?}");
        }
    }
}
