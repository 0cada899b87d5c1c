#pragma once

#include "core/http/client.h"
#include "core/http/server.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <map>
#include <string>
#include <thread>

/// What the tests of this folder share: threads that run an executor, certificates, and programs to compare with.
namespace coracle::http::testing {

namespace asio = boost::asio;

/// An io_context that two threads run, so that what relies on a single thread is found out.
class Runner {
public:
    Runner() {
        for (int i = 0; i < 2; ++i)
            m_threads.emplace_back([this] { m_context.run(); });
    }
    ~Runner() { finish(); }
    void finish() {
        m_work.reset();
        for (auto &thread : m_threads)
            if (thread.joinable())
                thread.join();
    }
    asio::io_context &context() { return m_context; }
    Executor executor() { return m_context.get_executor(); }

    /// Runs a coroutine on a strand and waits for its result.
    template<class T>
    T run(Task<T> task) {
        auto future = start(std::move(task));
        if (future.wait_for(std::chrono::seconds(60)) != std::future_status::ready)
            qFatal("a coroutine did not end within a minute");
        return future.get();
    }
    template<class T>
    std::future<T> start(Task<T> task) {
        return asio::co_spawn(asio::make_strand(m_context), std::move(task), asio::use_future);
    }

private:
    asio::io_context m_context{2};
    asio::executor_work_guard<asio::io_context::executor_type> m_work{m_context.get_executor()};
    std::vector<std::thread> m_threads;
};

/// Runs a program; its output, or a failed test.
inline QByteArray runProgram(const QString &program, const QStringList &arguments, int *exitCode = nullptr,
                             const QByteArray &input = {}) {
    QProcess process;
    process.start(program, arguments);
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished(60000))
        qFatal("%s did not end", qPrintable(program));
    if (exitCode)
        *exitCode = process.exitCode();
    return process.readAllStandardOutput();
}

/// A CA with a server certificate (localhost, 127.0.0.1, ::1) and a client certificate, made by the openssl program.
class Certificates {
public:
    Certificates() {
        make("ca", {}, "/CN=test-ca", "basicConstraints=critical,CA:TRUE");
        make("server", "ca", "/CN=server", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1");
        make("other", "ca", "/CN=other", "subjectAltName=DNS:localhost,IP:127.0.0.1");
        make("client", "ca", "/O=system:masters/CN=admin", "extendedKeyUsage=clientAuth");
    }
    std::string pem(const std::string &name) const { return m_files.at(name + ".crt"); }
    std::string key(const std::string &name) const { return m_files.at(name + ".key"); }
    QString path(const QString &file) const { return m_folder.filePath(file); }
    TlsIdentity identity(const std::string &name) const { return {pem(name), key(name)}; }
    TlsOptions serverOptions() const {
        TlsOptions options;
        options.identity = identity("server");
        options.clientCaPem = pem("ca");
        return options;
    }
    ClientTls clientTls() const {
        ClientTls tls;
        tls.caPem = pem("ca");
        return tls;
    }

private:
    void make(const std::string &name, const std::string &issuer, const QString &subject, const QString &extension) {
        const QString base = path(QString::fromStdString(name));
        QStringList arguments{"req",     "-x509",   "-newkey",     "ec",    "-pkeyopt",   "ec_paramgen_curve:P-256",
                              "-nodes",  "-days",   "2",           "-subj", subject,      "-addext",
                              extension, "-keyout", base + ".key", "-out",  base + ".crt"};
        if (!issuer.empty()) {
            const QString by = path(QString::fromStdString(issuer));
            arguments << "-CA" << by + ".crt" << "-CAkey" << by + ".key";
        }
        int exitCode = 0;
        runProgram("openssl", arguments, &exitCode);
        if (exitCode != 0)
            qFatal("openssl could not make a certificate");
        for (const char *suffix : {".crt", ".key"}) {
            QFile file(base + suffix);
            if (!file.open(QIODevice::ReadOnly))
                qFatal("no certificate");
            m_files[name + suffix] = file.readAll().toStdString();
        }
    }

    QTemporaryDir m_folder;
    std::map<std::string, std::string> m_files;
};

inline const Certificates &certificates() {
    static const Certificates instance;
    return instance;
}

} // namespace coracle::http::testing
