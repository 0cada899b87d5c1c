#include "core/config/scheduler_arguments.h"

namespace coracle::config {

SchedulerArguments SchedulerArguments::from(std::span<const ComponentArgument> arguments) {
    SchedulerArguments result;
    for (const ComponentArgument &argument : arguments) {
        if (argument.name == "config")
            result.configFile = argument.value;
        else if (!argument.name.starts_with("leader-elect"))
            result.withoutEffect.push_back(argument.name);
    }
    return result;
}

} // namespace coracle::config
