#pragma once

#include <QAbstractListModel>
#include <QTranslator>
#include <QtQml/qqmlregistration.h>
#include <memory>
#include <vector>

class QQmlEngine;

namespace coracle::app {

/// `App.languages`: the languages there are, and the switch between them while the program runs. English is the source;
/// German is built in; further ones are files `coracle_<language>.qm` in the folders. Two languages are for tests:
/// "x-long" (every text longer, in brackets) and "x-rtl" (the same from right to left). GUI thread.
class Translator : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.languages")
    /// The language that is shown now: "en", "de".
    Q_PROPERTY(QString current READ current NOTIFY changed)
    Q_PROPERTY(bool rightToLeft READ rightToLeft NOTIFY changed)

public:
    enum Role { CodeRole = Qt::UserRole + 1, NameRole };
    static constexpr int kLanguagesMax = 100;

    /// What was built in comes before the folders'.
    explicit Translator(const QStringList &folders, QObject *parent = nullptr);
    ~Translator() override;

    /// Of packages and of the user: where others put their translations.
    static QStringList standardFolders();

    QString current() const { return m_current; }
    bool rightToLeft() const { return m_rightToLeft; }
    /// Empty: the system's, where it is there. An unknown one is English. Also sets how numbers and times are written.
    void choose(const QString &language);

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;
    /// The row of a language; 0, the system's, where it is not there.
    Q_INVOKABLE int indexOf(const QString &language) const;
    Q_INVOKABLE QString codeAt(int row) const;

Q_SIGNALS:
    /// Texts are to be asked for again.
    void changed();

private:
    struct Language {
        QString code, name, file;
    };
    void find(const QString &folder);
    const Language *known(const QString &code) const;

    QList<Language> m_languages; ///< the first has no code: the system's
    std::vector<std::unique_ptr<QTranslator>> m_installed;
    QString m_current = QStringLiteral("en");
    bool m_rightToLeft = false;
};

/// Makes every text longer, so that a test sees what has no room and what is not translatable.
class PseudoTranslator final : public QTranslator {
public:
    using QTranslator::QTranslator;
    bool isEmpty() const override { return false; }
    QString translate(const char *context, const char *source, const char *disambiguation, int n) const override;
};

} // namespace coracle::app
