#pragma once

#include "clusterd/apiserver/registry/reader.h"
#include "clusterd/apiserver/strategy/field_errors.h"
#include "core/base/task.h"
#include "core/http/client.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace coracle::apiserver {

/// The rules for a WebhookClientConfig.
void validateWebhookConfig(const JsonObject &config, const FieldPath &path, FieldErrors &errors);

/// Calls the webhook that an object names (WebhookClientConfig), over HTTPS with its caBundle, and nothing else. A
/// service is called at one of its ready endpoints. Thread-safe.
class WebhookClient {
public:
    /// The reader finds services and their endpoints; it outlives the client.
    static Result<std::shared_ptr<WebhookClient>> create(const JsonObject &config, const Reader &reader);

    /// Posts JSON and returns the answer's object. Failures say which URL.
    Task<Result<JsonObject>> post(JsonObject body);

private:
    struct Place {
        std::string host;
        uint16_t port = 443;
        friend auto operator<=>(const Place &, const Place &) = default;
    };

    explicit WebhookClient(const Reader &reader) : m_reader(reader) {}
    Result<Place> servicePlace() const;
    std::shared_ptr<http::Client> clientFor(const Place &place);

    const Reader &m_reader;
    std::string m_url;                                            ///< for messages
    Place m_place;                                                ///< of a URL
    std::string m_serviceNamespace, m_serviceName, m_servicePort; ///< of a service; else empty
    std::string m_target;
    http::ClientTls m_tls;
    std::mutex m_mutex;
    std::map<Place, std::shared_ptr<http::Client>> m_clients; ///< few
};

} // namespace coracle::apiserver
