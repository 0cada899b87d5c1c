#include "clusterd/cli/command.h"
#include "core/config/options.h"

#include <fmt/format.h>

namespace coracle::cli {

namespace {

std::string words() {
    std::string text;
    for (const Command &command : commands())
        text += fmt::format("{} ", command.name);
    return text;
}

std::string flags() {
    std::string text;
    for (std::string_view name : config::optionNames(config::kServer))
        text += fmt::format("--{} ", name);
    return text;
}

} // namespace

Result<int> runCompletion(const Invocation &invocation) {
    const std::string shell = invocation.arguments.empty() ? "" : invocation.arguments[0];
    if (shell != "bash" && shell != "zsh")
        return errors::other(fmt::format("usage: {} bash|zsh", invocation.command));
    if (shell == "zsh")
        fmt::print("autoload -U +X bashcompinit && bashcompinit\n");
    fmt::print("_{0}() {{\n"
               "    local word=${{COMP_WORDS[COMP_CWORD]}}\n"
               "    if [ \"$COMP_CWORD\" = 1 ]; then\n"
               "        COMPREPLY=($(compgen -W \"{1}\" -- \"$word\"))\n"
               "    else\n"
               "        case ${{COMP_WORDS[1]}} in\n"
               "            server | agent) COMPREPLY=($(compgen -W \"{2}\" -- \"$word\")) ;;\n"
               "        esac\n"
               "    fi\n"
               "}}\n"
               "complete -F _{0} {0}\n",
               invocation.product.name, words(), flags());
    return 0;
}

} // namespace coracle::cli
