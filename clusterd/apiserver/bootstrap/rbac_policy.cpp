#include "clusterd/apiserver/bootstrap/rbac_policy.h"

#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kText =
#include "clusterd/apiserver/bootstrap/rbac_policy.inc"
    ;

constexpr std::string_view kGroup = "rbac.authorization.k8s.io";

std::vector<std::string_view> splitBy(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const size_t end = std::min(text.find(separator), text.size());
        if (end > 0)
            parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

JsonArray words(std::string_view list) {
    JsonArray array;
    for (const std::string_view word : splitBy(list, ','))
        array.emplace_back(word == "core" ? std::string_view() : word);
    return array;
}

JsonArray verbs(std::string_view list) {
    JsonArray array;
    auto add = [&array](std::string_view text) {
        for (const std::string_view verb : splitBy(text, ','))
            array.emplace_back(verb);
    };
    for (const std::string_view word : splitBy(list, ',')) {
        if (word == "RW")
            add("create,delete,deletecollection,get,list,patch,update,watch");
        else if (word == "R")
            add("get,list,watch");
        else if (word == "W")
            add("create,delete,deletecollection,patch,update");
        else
            add(word);
    }
    return array;
}

JsonObject newObject(std::string_view kind, std::string_view place) {
    JsonObject metadata;
    const size_t slash = place.find('/');
    metadata["name"] = slash == place.npos ? place : place.substr(slash + 1);
    if (slash != place.npos)
        metadata["namespace"] = place.substr(0, slash);
    metadata["labels"] = JsonObject{{"kubernetes.io/bootstrapping", "rbac-defaults"}};
    metadata["annotations"] = JsonObject{{"rbac.authorization.kubernetes.io/autoupdate", "true"}};
    return {{"apiVersion", "rbac.authorization.k8s.io/v1"}, {"kind", kind}, {"metadata", std::move(metadata)}};
}

JsonObject subject(std::string_view kind, std::string_view name) {
    const size_t slash = name.find('/');
    if (kind == "ServiceAccount")
        return {{"kind", kind}, {"name", name.substr(slash + 1)}, {"namespace", name.substr(0, slash)}};
    return {{"apiGroup", kGroup}, {"kind", kind}, {"name", name}};
}

JsonObject roleRef(std::string_view kind, std::string_view name) {
    return {{"apiGroup", kGroup}, {"kind", kind}, {"name", name}};
}

class PolicyReader {
public:
    RbacPolicy read() {
        std::string logical; // a line and what goes on with it
        for (const std::string_view line : splitBy(kText, '\n')) {
            if (line.starts_with("    ")) {
                logical += line.substr(4);
                continue;
            }
            take(logical);
            logical = line;
        }
        take(logical);
        return std::move(m_policy);
    }

private:
    void take(std::string_view line) {
        const std::vector<std::string_view> parts = splitBy(line, ' ');
        if (parts.empty() || line.starts_with('#'))
            return;
        if (line.starts_with("  "))
            detail(parts);
        else
            begin(parts);
    }

    void begin(const std::vector<std::string_view> &parts) {
        if (parts[0] == "clusterrole" || parts[0] == "role") {
            auto &list = parts[0] == "role" ? m_policy.roles : m_policy.clusterRoles;
            m_current = &list.emplace_back(newObject(parts[0] == "role" ? "Role" : "ClusterRole", parts[1]));
            JsonObject &labels = m_current->at("metadata").at("labels").as_object();
            for (size_t i = 2; i < parts.size(); ++i)
                labels[fmt::format("{}/{}", kGroup, parts[i])] = "true";
            (*m_current)["rules"] = JsonArray();
        } else if (parts[0] == "controller") {
            const std::string name = fmt::format("system:controller:{}", parts[1]);
            JsonObject &binding = m_policy.clusterRoleBindings.emplace_back(newObject("ClusterRoleBinding", name));
            binding["roleRef"] = roleRef("ClusterRole", name);
            binding["subjects"] = JsonArray{subject("ServiceAccount", fmt::format("kube-system/{}", parts[1]))};
            m_current = &m_policy.clusterRoles.emplace_back(newObject("ClusterRole", name));
            (*m_current)["rules"] = JsonArray();
        } else {
            const bool inNamespace = parts[0] == "rolebinding";
            auto &list = inNamespace ? m_policy.roleBindings : m_policy.clusterRoleBindings;
            m_current = &list.emplace_back(newObject(inNamespace ? "RoleBinding" : "ClusterRoleBinding", parts[1]));
            const size_t slash = parts[2].find('/');
            (*m_current)["roleRef"] = roleRef(parts[2].substr(0, slash), parts[2].substr(slash + 1));
        }
    }

    void detail(const std::vector<std::string_view> &parts) {
        if (parts[0] == "aggregate") {
            const std::string label = fmt::format("{}/{}", kGroup, parts[1]);
            JsonArray &selectors = ensureArray(ensureObject(*m_current, "aggregationRule"), "clusterRoleSelectors");
            selectors.push_back(JsonObject{{"matchLabels", JsonObject{{label, "true"}}}});
        } else if (!m_current->contains("rules")) {
            ensureArray(*m_current, "subjects").push_back(subject(parts[0], parts[1]));
        } else if (parts[0] == "events") {
            rules().push_back(JsonObject{{"verbs", verbs("create,patch,update")},
                                         {"apiGroups", words("core,events.k8s.io")},
                                         {"resources", words("events")}});
        } else if (parts[0] == "url") {
            rules().push_back(JsonObject{{"verbs", verbs(parts[1])}, {"nonResourceURLs", words(parts[2])}});
        } else {
            JsonObject rule{{"verbs", verbs(parts[0])}, {"apiGroups", words(parts[1])}, {"resources", words(parts[2])}};
            if (parts.size() > 3)
                rule["resourceNames"] = words(parts[3]);
            rules().push_back(std::move(rule));
        }
    }

    JsonArray &rules() { return ensureArray(*m_current, "rules"); }

    RbacPolicy m_policy;
    JsonObject *m_current = nullptr;
};

} // namespace

RbacPolicy bootstrapPolicy() {
    return PolicyReader().read();
}

} // namespace coracle::apiserver
