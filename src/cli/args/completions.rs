//! Arguments of `completions`.

use clap::Args;
use clap_complete::Shell;

/// Arguments of `completions`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct CompletionsArguments {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: Shell,
}

const EXAMPLES: &str = "\
Examples, each to be followed by a new shell:
  draftgate completions bash >> ~/.bash_completion
  draftgate completions zsh > ~/.zfunc/_draftgate
  draftgate completions fish > ~/.config/fish/completions/draftgate.fish
  draftgate completions powershell >> $PROFILE
  draftgate completions elvish >> ~/.config/elvish/rc.elv

For zsh, fpath+=~/.zfunc stands in ~/.zshrc before compinit.";
