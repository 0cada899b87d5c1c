#include "clusterd/appliance/program_choice.h"

#include "clusterd/appliance/disk_usage.h"
#include "clusterd/appliance/upgrade_source.h"
#include "core/api/json_access.h"
#include "core/base/files.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <unistd.h>

namespace coracle::appliance {

namespace fs = std::filesystem;
namespace json = boost::json;

std::optional<ProgramChoice::Choice> ProgramChoice::read() const {
    std::error_code missing;
    if (!fs::exists(file(), missing))
        return std::nullopt;
    const auto text = readFile(file());
    boost::system::error_code error;
    const json::value value = text ? json::parse(*text, error) : json::value();
    if (!text || error)
        return std::nullopt;
    Choice choice{.program = std::string(api::json::text(api::json::member(&value, "program"))),
                  .version = std::string(api::json::text(api::json::member(&value, "version")))};
    if (!choice.program.is_absolute() || ::access(choice.program.c_str(), X_OK) != 0)
        return std::nullopt;
    return choice;
}

Result<> ProgramChoice::choose(const Choice &choice) const {
    CHECK(makeFolder(m_folder, 0755));
    const json::object text{{"program", choice.program.string()}, {"version", choice.version}};
    return writeFileAtomic(file(), json::serialize(text) + "\n", 0644);
}

std::optional<fs::path> ProgramChoice::other(const Choice &self) const {
    const auto choice = read();
    std::error_code error;
    if (!choice || fs::equivalent(choice->program, self.program, error))
        return std::nullopt;
    const auto own = ReleaseVersion::parse(self.version), chosen = ReleaseVersion::parse(choice->version);
    // An older one is meant only on the way back from a version of ours.
    const bool isOurs = isWithin(self.program, fs::weakly_canonical(m_folder, error));
    if (own && chosen && *own > *chosen && !isOurs)
        return std::nullopt;
    return choice->program;
}

} // namespace coracle::appliance
