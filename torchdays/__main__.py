"""The commands: python -m torchdays COMMAND. The Makefile's lines call them."""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "TorchDays needs Python 3.11 or newer; this is Python {}.{}.\n"
        "Install a newer one (python.org, your package manager, or conda), then try again, or name it: "
        "make lab PYTHON=python3.12".format(*sys.version_info)
    )

if __name__ == "__main__":
    from torchdays import install

    install.enter()  # from here on, the interpreter is one that has what requirements.txt lists

    from torchdays import commands

    sys.exit(commands.main(sys.argv[1:]))
