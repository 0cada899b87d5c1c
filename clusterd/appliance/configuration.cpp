#include "clusterd/appliance/configuration.h"

#include "clusterd/appliance/drop_in.h"
#include "core/base/files.h"
#include "core/config/nearest.h"
#include "core/config/server_config.h"

#include <algorithm>
#include <boost/json/value_from.hpp>
#include <fmt/format.h>
#include <set>

namespace coracle::appliance {

namespace fs = std::filesystem;
using config::Setting;
using config::Settings;

namespace {

constexpr const char *kManagedName = "90-appliance.yaml";
/// What this process stands on, which no drop-in may move from under it.
constexpr std::string_view kFixed[] = {"config", "data-dir"};

std::vector<std::string> valuesOf(const Settings &settings, std::string_view name) {
    const Setting *setting = settings.find(name);
    return setting ? setting->values : std::vector<std::string>();
}

std::vector<std::string> shown(std::string_view name, std::vector<std::string> values) {
    if (config::findOption(name)->secret && !values.empty())
        return {std::string(kMask)};
    return values;
}

/// Why an option cannot be changed here; empty: it can.
std::string whyFixed(const config::OptionInfo &option, const Setting *setting, const fs::path &managed) {
    if (std::ranges::find(kFixed, option.name) != std::end(kFixed))
        return "it cannot be changed here; stop the daemon and change how it is started";
    if (setting && setting->from == Setting::From::Flag)
        return fmt::format("the daemon was started with {}, which counts before files", setting->source);
    if (setting && setting->from == Setting::From::DropIn && fs::path(setting->source) > managed)
        return fmt::format("{} says something else and counts before; change it there", setting->source);
    return {};
}

/// Puts the changes into the drop-in's entries.
std::vector<StatusCause> applyChanges(const ConfigurationSource &source, const OptionChanges &changes,
                                      config::FileEntries &entries) {
    std::vector<StatusCause> errors;
    for (const auto &[name, change] : changes) {
        const config::OptionInfo *option = config::findOption(name);
        auto fail = [&, &key = name](std::string_view reason, std::string message) {
            errors.push_back({std::string(reason), std::move(message), "changes." + key});
        };
        if (!option || !(option->commands & config::kServer)) {
            const std::string_view near = config::nearestName(name, config::optionNames(config::kServer));
            fail("FieldValueInvalid", near.empty() ? "there is no such option"
                                                   : fmt::format("there is no such option; did you mean {}?", near));
        } else if (auto why = whyFixed(*option, source.running.find(name), source.managedFile()); !why.empty()) {
            fail("FieldValueForbidden", std::move(why));
        } else if (!change.values) {
            entries.erase(name);
        } else if (!option->list && change.values->size() != 1) {
            fail("FieldValueInvalid", "takes one value");
        } else if (option->secret && std::ranges::find(*change.values, kMask) != change.values->end()) {
            fail("FieldValueInvalid", "is masked; give the secret itself, or leave the option out to keep it");
        } else {
            entries.insert_or_assign(
                name, config::FileEntry{.values = *change.values, .isList = option->list, .appends = change.appends});
        }
    }
    return errors;
}

/// The options that the settings do not agree on.
std::vector<ChangePlan::Difference> compare(const Settings &before, const Settings &after) {
    std::vector<ChangePlan::Difference> found;
    for (const config::OptionInfo &option : config::allOptions()) {
        const std::string name(option.name);
        auto old = valuesOf(before, name), now = valuesOf(after, name);
        if (old != now)
            found.push_back({name, std::move(old), std::move(now)});
    }
    return found;
}

/// What would be accepted, but is worth a word.
std::vector<std::string> warningsOf(const ConfigurationSource &source, const ChangePlan &plan,
                                    const config::ServerConfig &config) {
    std::vector<std::string> warnings;
    auto changed = [&](std::string_view name) {
        return std::ranges::find(plan.differences, name, &ChangePlan::Difference::name) != plan.differences.end();
    };
    for (const auto &difference : plan.differences)
        if (config::findOption(difference.name)->support == config::Support::NoEffect)
            warnings.push_back(fmt::format("{} has no effect in this version", difference.name));
    if (!source.machineNetworks || (!changed("cluster-cidr") && !changed("service-cidr")))
        return warnings;
    std::vector<config::Cidr> ours = config.clusterCidrs;
    ours.insert(ours.end(), config.serviceCidrs.begin(), config.serviceCidrs.end());
    for (const config::Cidr &machine : source.machineNetworks())
        for (const config::Cidr &own : ours)
            if (own.overlaps(machine))
                warnings.push_back(fmt::format("{} overlaps the network {} that this machine is in: what is there will "
                                               "not be reached any more",
                                               own.text(), machine.text()));
    return warnings;
}

/// An error of the resolved settings, at the change that it is about where that is known.
StatusCause asCause(const Status &status, const OptionChanges &changes) {
    const std::string option = status.causes.empty() ? "" : status.causes.front().field;
    if (!option.empty() && changes.contains(option))
        return {"FieldValueInvalid", status.causes.front().message, "changes." + option};
    return {"FieldValueInvalid", status.message, "changes"};
}

/// The texts of OptionType, in its order.
constexpr std::string_view kTypeNames[] = {
    "text",     "bool", "integer",   "port",  "portRange", "cidr",    "address", "duration",
    "fileMode", "path", "serverUrl", "label", "taint",     "dnsName", "choice",  "componentArgument"};
constexpr std::string_view kSupportNames[] = {"works", "noEffect", "later"};
constexpr std::string_view kOriginNames[] = {"env", "file", "drop-in", "flag"};

boost::json::object describe(const config::OptionInfo &option, const ConfigurationSource &source,
                             const Settings *onDisk) {
    const std::string name(option.name);
    const Setting *setting = source.running.find(name);
    const fs::path managed = source.managedFile();
    boost::json::object made{{"name", name},
                             {"section", option.section},
                             {"type", kTypeNames[static_cast<size_t>(option.type)]},
                             {"list", option.list},
                             {"values", boost::json::value_from(shown(name, valuesOf(source.running, name)))},
                             {"origin", setting ? kOriginNames[static_cast<size_t>(setting->from)] : "default"},
                             {"default", option.defaultText},
                             {"documentation", option.help},
                             {"secret", option.secret},
                             {"support", kSupportNames[static_cast<size_t>(option.support)]},
                             {"restartNeeded", true},
                             {"editable", whyFixed(option, setting, managed).empty()}};
    if (setting)
        made["source"] = setting->source;
    if (!option.choices.empty()) {
        boost::json::array choices;
        for (size_t begin = 0; begin <= option.choices.size();) {
            const size_t end = std::min(option.choices.find('|', begin), option.choices.size());
            choices.emplace_back(option.choices.substr(begin, end - begin));
            begin = end + 1;
        }
        made["choices"] = std::move(choices);
    }
    const Setting *next = onDisk ? onDisk->find(name) : setting;
    made["managed"] = next && next->from == Setting::From::DropIn && fs::path(next->source) == managed;
    if (onDisk && valuesOf(*onDisk, name) != valuesOf(source.running, name))
        made["pendingValues"] = boost::json::value_from(shown(name, valuesOf(*onDisk, name)));
    return made;
}

} // namespace

fs::path ConfigurationSource::managedFile() const {
    return config::dropInFolder(running.configFile()) / kManagedName;
}

Result<Settings> ConfigurationSource::onDisk(const config::FileOverlay &overlay) const {
    return Settings::resolve(config::kServer, product, flags, environment, overlay);
}

boost::json::object ChangePlan::json() const {
    boost::json::array causes, changes;
    for (const StatusCause &error : errors)
        causes.push_back(
            boost::json::object{{"field", error.field}, {"reason", error.reason}, {"message", error.message}});
    for (const Difference &difference : differences)
        changes.push_back(
            boost::json::object{{"name", difference.name},
                                {"old", boost::json::value_from(shown(difference.name, difference.before))},
                                {"new", boost::json::value_from(shown(difference.name, difference.after))},
                                {"restartNeeded", true}});
    boost::json::object made{{"valid", valid()},
                             {"errors", std::move(causes)},
                             {"warnings", boost::json::value_from(warnings)},
                             {"diff", std::move(changes)},
                             {"restartNeeded", !differences.empty()}};
    if (auto entries = config::parseConfigText(file, kManagedName))
        made["file"] = dropInText(*entries, DropInSecrets::Masked);
    return made;
}

ChangePlan planChange(const ConfigurationSource &source, const OptionChanges &changes) {
    ChangePlan plan;
    const fs::path managed = source.managedFile();
    auto saved = readDropIn(managed);
    if (!saved) {
        plan.errors.push_back({"FieldValueInvalid", saved.error().message, "changes"});
        return plan;
    }
    config::FileEntries entries = *saved;
    plan.errors = applyChanges(source, changes, entries);
    plan.file = dropInText(entries, DropInSecrets::Kept);
    plan.changesFile = dropInText(*saved, DropInSecrets::Kept) != plan.file;
    if (!plan.valid())
        return plan;

    const std::optional<std::string> text = entries.empty() ? std::nullopt : std::optional(plan.file);
    auto after = source.onDisk({{managed, text}});
    if (!after) {
        plan.errors.push_back(asCause(after.error(), changes));
        return plan;
    }
    auto before = source.onDisk();
    plan.differences = compare(before ? *before : source.running, *after);
    auto checked = config::ServerConfig::from(*after, source.product);
    if (!checked) {
        plan.errors.push_back(asCause(checked.error(), changes));
        return plan;
    }
    plan.warnings = warningsOf(source, plan, *checked);
    return plan;
}

Result<boost::json::object> describeConfiguration(const ConfigurationSource &source) {
    auto onDisk = source.onDisk();
    boost::json::array items, files;
    for (const config::OptionInfo &option : config::allOptions())
        if ((option.commands & config::kServer) && (!option.hidden || source.running.find(option.name)))
            items.push_back(describe(option, source, onDisk ? &*onDisk : nullptr));
    for (const fs::path &file : onDisk ? onDisk->files() : source.running.files())
        files.emplace_back(file.string());
    return boost::json::object{{"items", std::move(items)},
                               {"files", std::move(files)},
                               {"managedFile", source.managedFile().string()},
                               {"pendingRestart", pendingRestart(source)}};
}

bool pendingRestart(const ConfigurationSource &source) {
    auto onDisk = source.onDisk();
    return onDisk && !compare(source.running, *onDisk).empty();
}

} // namespace coracle::appliance
