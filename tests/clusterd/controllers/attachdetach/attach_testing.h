#pragma once

#include <fmt/format.h>
#include <string>
#include <string_view>

/// Objects of volumes that are attached, as JSON.
namespace coracle::test {

inline std::string nodeJson(std::string_view name, bool ready = true) {
    return fmt::format(R"({{"apiVersion":"v1","kind":"Node","metadata":{{"name":"{}","annotations":)"
                       R"({{"volumes.kubernetes.io/controller-managed-attach-detach":"true"}}}},)"
                       R"("status":{{"conditions":[{{"type":"Ready","status":"{}"}}]}}}})",
                       name, ready ? "True" : "Unknown");
}

inline std::string volumeJson(std::string_view name, std::string_view mode = "ReadWriteOnce") {
    return fmt::format(R"({{"apiVersion":"v1","kind":"PersistentVolume","metadata":{{"name":"{0}"}},"spec":{{)"
                       R"("accessModes":["{1}"],"capacity":{{"storage":"1Gi"}},"csi":{{"driver":"d.example.com",)"
                       R"("volumeHandle":"{0}"}}}}}})",
                       name, mode);
}

inline std::string claimJson(std::string_view name, std::string_view volume, std::string_view mode = "ReadWriteOnce") {
    return fmt::format(R"({{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{{"name":"{}",)"
                       R"("namespace":"default"}},"spec":{{"accessModes":["{}"],"volumeName":"{}",)"
                       R"("resources":{{"requests":{{"storage":"1Gi"}}}}}}}})",
                       name, mode, volume);
}

inline std::string podJson(std::string_view name, std::string_view node, std::string_view claim) {
    return fmt::format(R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}","namespace":"default"}},)"
                       R"("spec":{{"nodeName":"{}","containers":[{{"name":"c","image":"i"}}],"volumes":[{{"name":"v",)"
                       R"("persistentVolumeClaim":{{"claimName":"{}"}}}}]}}}})",
                       name, node, claim);
}

} // namespace coracle::test
