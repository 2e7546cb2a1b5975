//! The bundled scenarios, each a test of its own: `cargo test` and `cargo nextest run` list and run them one by one.

fn main() -> std::process::ExitCode {
    draftgate::run_folder("scenarios")
}
