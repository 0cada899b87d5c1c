#pragma once

#include "clusterd/apiserver/authentication/request_authenticator.h"
#include "clusterd/appliance/appliance.h"
#include "core/base/files.h"
#include "core/http/client.h"
#include "tests/clusterd/apiserver/support/test_api.h"

#include <QTemporaryDir>
#include <QtGlobal>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace coracle::test {

/// The appliance API on a unix socket, over a real API server in memory; one thread. Restarts are only counted.
class ApplianceFixture {
public:
    explicit ApplianceFixture(std::string nodeName = {}) : m_trial(path("data/trial.json"), systemClock()) {
        put("etc/config.yaml", "tls-san: [one]\ntoken: sesame\n");
        put("data/server/tls/a.crt", "certificate");
        m_authenticator = apiserver::makeAuthenticator(api.store(), systemClock(), {});
        m_appliance = std::make_unique<appliance::Appliance>(parts(std::move(nodeName)));
        m_server = http::Server::create(api.context().get_executor(), m_appliance->handler(api.server().handler()), {},
                                        apiserver::ApiServer::refusal);
        if (auto listening = m_server->listenUnix(path("socket"), 0600); !listening)
            qFatal("%s", listening.error().message.c_str());
        auto port = m_server->listenPlain("127.0.0.1", 0);
        if (!port)
            qFatal("%s", port.error().message.c_str());
        m_client = http::Client::create({.unixSocket = path("socket")});
        m_tcpClient = http::Client::create({.host = "127.0.0.1", .port = *port});
        m_appliance->start();
    }
    ~ApplianceFixture() {
        m_client.reset();
        m_tcpClient.reset();
        bool stopped = false;
        auto stop = [](ApplianceFixture *self, bool *done) -> Task<> {
            co_await self->m_appliance->stop();
            co_await self->m_server->stop(std::chrono::milliseconds(500));
            *done = true;
        };
        boost::asio::co_spawn(api.context(), stop(this, &stopped), [](std::exception_ptr) {});
        api.runUntil([&] { return stopped; });
    }

    struct Answered {
        int code = 0;
        std::string text;
        boost::json::object json() const {
            boost::system::error_code error;
            auto value = boost::json::parse(text, error);
            return value.is_object() ? value.get_object() : boost::json::object();
        }
        /// The texts of all causes' fields, joined by blanks.
        std::string fields() const {
            std::string all;
            const auto body = json();
            if (const auto *details = body.if_contains("details"))
                for (const auto &cause : details->at("causes").as_array())
                    all += (all.empty() ? "" : " ") + std::string(cause.at("field").as_string());
            return all;
        }
    };
    Answered call(std::string method, std::string target, std::string body = {}) {
        return send(*m_client, std::move(method), "/appliance/v1" + target, std::move(body));
    }
    Answered callByTcp(std::string method, std::string target) {
        return send(*m_tcpClient, std::move(method), "/appliance/v1" + target, {});
    }
    /// The first lines of a stream, which is left then.
    std::vector<boost::json::object> lines(std::string target, size_t count) {
        auto read = [](http::Client *client, std::string target, size_t count) -> Task<Result<std::string>> {
            http::ClientRequest request{.target = "/appliance/v1" + target};
            CO_TRY(auto response, co_await client->send(std::move(request)));
            std::string text;
            while (static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) < count) {
                CO_TRY(std::string piece, co_await response->readSome());
                if (piece.empty())
                    break;
                text += piece;
            }
            co_return text;
        };
        auto text = api.run(read(m_client.get(), std::move(target), count));
        std::vector<boost::json::object> all;
        for (size_t begin = 0; text && begin < text->size();) {
            const size_t end = std::min(text->find('\n', begin), text->size());
            all.push_back(boost::json::parse(text->substr(begin, end - begin)).as_object());
            begin = end + 1;
        }
        return all;
    }
    boost::json::object awaitOperation(const std::string &id) {
        boost::json::object operation;
        do
            operation = call("GET", "/operations/" + id).json();
        while (operation.at("state").as_string() == "running");
        return operation;
    }

    std::filesystem::path path(const char *name) const {
        return std::filesystem::path(m_folder.path().toStdString()) / name;
    }
    void put(const char *name, std::string_view text) {
        if (!makeFolder(path(name).parent_path()) || !writeFileAtomic(path(name), text, 0600))
            qFatal("cannot write %s", name);
    }

    client::ObjectPtr create(std::string_view json) {
        auto object = api::Object::parse(std::string(json));
        if (!object)
            qFatal("%s", object.error().message.c_str());
        const api::ResourceInfo *resource = api::findKind((*object)->apiVersion(), (*object)->kind());
        auto made = api.run(api.client().create(*resource, std::string((*object)->namespaceName()), std::string(json)));
        if (!made)
            qFatal("%s", made.error().message.c_str());
        return *made;
    }

    TestApi api;
    int restarts = 0;
    std::vector<std::string> rotated; ///< services, as they were asked for
    std::vector<appliance::Component> components{{"apiserver", appliance::Health::Ok, ""}};
    appliance::Appliance &appliance() { return *m_appliance; }
    appliance::Trial &trial() { return m_trial; }
    appliance::LogBuffer &log() { return *m_log; }

private:
    Answered send(http::Client &client, std::string method, std::string target, std::string body) {
        auto run = [](http::Client *client, http::ClientRequest request) -> Task<Result<Answered>> {
            CO_TRY(auto response, co_await client->send(std::move(request)));
            CO_TRY(std::string text, co_await response->readAll());
            co_return Answered{response->status(), std::move(text)};
        };
        auto answered =
            api.run(run(&client, {.method = std::move(method), .target = std::move(target), .body = std::move(body)}));
        if (!answered)
            qFatal("%s", answered.error().message.c_str());
        return *answered;
    }

    appliance::ApplianceParts parts(std::string nodeName) {
        appliance::ConfigurationSource source{.product = config::Product::named("clusterd", true, "/root")};
        source.flags = {{"config", path("etc/config.yaml").string()}, {"https-listen-port", "7443"}};
        source.environment = [](const std::string &) { return std::nullopt; };
        source.running = *source.onDisk();
        appliance::CertificateAccess certificates;
        certificates.list = [] {
            return std::vector<appliance::CertificateInfo>{{.file = "server/tls/a.crt",
                                                            .subject = "CN=a",
                                                            .notAfter = systemClock().now() + std::chrono::hours(1)}};
        };
        certificates.services = {"admin", "kubelet"};
        certificates.files = [this](const std::vector<std::string> &) {
            return std::vector<std::filesystem::path>{path("data/server/tls/a.crt")};
        };
        certificates.rotate = [this](const std::vector<std::string> &services) -> Result<> {
            rotated = services;
            return {};
        };
        return {.client = api.client(),
                .authenticator = *m_authenticator,
                .random = systemRandom(),
                .executor = api.context().get_executor(),
                .trial = m_trial,
                .configuration = std::move(source),
                .status = {.reader = api.store(),
                           .clock = systemClock(),
                           .productName = "clusterd",
                           .version = "v0",
                           .nodeName = std::move(nodeName),
                           .apiUrl = "https://10.0.0.5:7443",
                           .paths = {{"data", "/d"}, {"config", "/c"}, {"kubeconfig", "/k"}, {"run", "/r"}},
                           .dataFolder = path("data"),
                           .components = [this] { return components; }},
                .registries = {.file = path("etc/registries.yaml")},
                .caHash = std::string(64, 'a'),
                .log = *m_log,
                .data = {.folders = {.data = path("data"),
                                     .database = path("data/server/db/state.db"),
                                     .backups = path("data/backups")},
                         .backend = api.backend(),
                         .datastoreHealth = [] { return Result<>(); },
                         .executable = "/bin/true"},
                .certificates = std::move(certificates),
                .apiReady = [] { return true; },
                .restart = [this] { ++restarts; }};
    }

    QTemporaryDir m_folder;
    appliance::Trial m_trial;
    std::unique_ptr<appliance::LogBuffer> m_log = std::make_unique<appliance::LogBuffer>(systemClock());
    std::unique_ptr<apiserver::Authenticator> m_authenticator;
    std::unique_ptr<appliance::Appliance> m_appliance;
    std::unique_ptr<http::Server> m_server;
    std::unique_ptr<http::Client> m_client, m_tcpClient;
};

} // namespace coracle::test
