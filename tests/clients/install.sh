#!/usr/bin/env bash
# Virtual environments with clients that people have, one each: tests/clients/install.sh DIR, then
# ISOTHERM_CLIENTS=DIR python -m pytest tests/clients
set -euo pipefail
home=$1
python=${PYTHON:-python3}
mkdir -p "$home"

client() {
    local name=$1
    shift
    if [ "$(cat "$home/$name/wanted" 2>/dev/null || true)" != "$*" ]; then
        rm -rf "${home:?}/$name"
        "$python" -m venv "$home/$name"
        "$home/$name/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
        printf '%s\n' "$*" >"$home/$name/wanted"
    fi
}

client mcp-1.12 'mcp==1.12.4' 'pydantic<2.12'
client mcp-1.30 'mcp==1.30.0'
client mcp-2 'mcp>=2.3,<3'
client llama-index llama-index-tools-mcp
client langchain langchain-mcp-adapters
