#include "core/config/options.h"

namespace coracle::config {

const std::vector<OptionInfo> &allOptions() {
    static const std::vector<OptionInfo> options = [] {
        std::vector<OptionInfo> joined;
        for (const auto &sections : {detail::clusterOptions(), detail::nodeOptions()})
            for (const auto &section : sections)
                for (OptionInfo option : section.options) {
                    option.section = section.title;
                    joined.push_back(option);
                }
        return joined;
    }();
    return options;
}

const OptionInfo *findOption(std::string_view name) {
    for (const OptionInfo &option : allOptions())
        if (option.name == name || (name.size() == 1 && option.shortName == name[0]))
            return &option;
    return nullptr;
}

std::vector<std::string_view> optionNames(Commands command) {
    std::vector<std::string_view> names;
    for (const OptionInfo &option : allOptions())
        if (option.commands & command)
            names.push_back(option.name);
    return names;
}

} // namespace coracle::config
