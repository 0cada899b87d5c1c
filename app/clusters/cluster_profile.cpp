#include "app/clusters/cluster_profile.h"

#include <array>

namespace coracle::app {

namespace {

constexpr std::array kKinds{std::pair{ClusterProfile::Kind::Local, "local"},
                            std::pair{ClusterProfile::Kind::Ssh, "ssh"}, std::pair{ClusterProfile::Kind::Demo, "demo"}};

/// The texts of a profile and their keys.
constexpr std::array kTexts{
    std::pair{"id", &ClusterProfile::id},
    std::pair{"name", &ClusterProfile::name},
    std::pair{"socketPath", &ClusterProfile::socketPath},
    std::pair{"host", &ClusterProfile::host},
    std::pair{"user", &ClusterProfile::user},
    std::pair{"identityFile", &ClusterProfile::identityFile},
    std::pair{"jumpHost", &ClusterProfile::jumpHost},
    std::pair{"hostKey", &ClusterProfile::hostKey},
    std::pair{"jumpHostKey", &ClusterProfile::jumpHostKey},
};

} // namespace

QJsonObject ClusterProfile::toJson() const {
    QJsonObject object;
    for (const auto &[key, member] : kTexts)
        if (!(this->*member).isEmpty())
            object[QLatin1String(key)] = this->*member;
    for (const auto &[value, text] : kKinds)
        if (value == kind)
            object[QLatin1String("kind")] = QLatin1String(text);
    if (production)
        object[QLatin1String("production")] = true;
    if (port != 22)
        object[QLatin1String("port")] = port;
    return object;
}

Result<ClusterProfile> ClusterProfile::fromJson(const QJsonObject &object) {
    ClusterProfile profile;
    for (const auto &[key, member] : kTexts)
        profile.*member = object[QLatin1String(key)].toString();
    bool known = false;
    for (const auto &[value, text] : kKinds)
        if (object[QLatin1String("kind")] == QLatin1String(text)) {
            profile.kind = value;
            known = true;
        }
    if (!known || profile.id.isEmpty())
        return errors::other("a cluster in the settings has no id or an unknown kind");
    profile.production = object[QLatin1String("production")].toBool();
    profile.port = object[QLatin1String("port")].toInt(22);
    if (profile.port < 1 || profile.port > 65535)
        return errors::other("a cluster in the settings has an SSH port outside 1 to 65535");
    return profile;
}

bool ClusterProfile::reachedLike(const ClusterProfile &other) const {
    ClusterProfile same = other;
    same.name = name;
    same.production = production;
    same.hostKey = hostKey;
    same.jumpHostKey = jumpHostKey;
    return same == *this;
}

void ClusterProfile::forgetKeysOf(const ClusterProfile &before) {
    if (host != before.host || port != before.port)
        hostKey.clear();
    if (jumpHost != before.jumpHost)
        jumpHostKey.clear();
}

QString defaultSocketPath() {
    const QString fromEnvironment = qEnvironmentVariable("CLUSTERD_SOCKET");
    return fromEnvironment.isEmpty() ? QStringLiteral("/run/clusterd/clusterd.sock") : fromEnvironment;
}

} // namespace coracle::app
