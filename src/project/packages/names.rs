/// Imports whose package has another name: the first part of the import (or more, where several packages
/// share it), and the packages that bring it, the usual one first. As the packages themselves document it.
const NAMES: &[(&str, &[&str])] = &[
    ("Crypto", &["pycryptodome", "pycrypto"]),
    ("Cryptodome", &["pycryptodomex"]),
    ("IPython", &["ipython"]),
    ("MySQLdb", &["mysqlclient"]),
    ("OpenSSL", &["pyopenssl"]),
    ("PIL", &["pillow"]),
    ("PyPDF2", &["pypdf2"]),
    ("absl", &["absl-py"]),
    ("airflow", &["apache-airflow"]),
    ("allauth", &["django-allauth"]),
    ("apscheduler", &["apscheduler"]),
    ("attr", &["attrs"]),
    ("azure.identity", &["azure-identity"]),
    ("azure.storage.blob", &["azure-storage-blob"]),
    ("bs4", &["beautifulsoup4", "bs4"]),
    ("cairosvg", &["cairosvg"]),
    ("corsheaders", &["django-cors-headers"]),
    ("crispy_forms", &["django-crispy-forms"]),
    ("cv2", &["opencv-python-headless", "opencv-python", "opencv-contrib-python", "opencv-contrib-python-headless"]),
    ("dash_bootstrap_components", &["dash-bootstrap-components"]),
    ("dateparser", &["dateparser"]),
    ("dateutil", &["python-dateutil"]),
    ("debug_toolbar", &["django-debug-toolbar"]),
    ("discord", &["discord.py", "py-cord"]),
    ("django_filters", &["django-filter"]),
    ("dj_database_url", &["dj-database-url"]),
    ("dns", &["dnspython"]),
    ("docx", &["python-docx"]),
    ("dotenv", &["python-dotenv"]),
    ("environ", &["django-environ"]),
    ("email_validator", &["email-validator"]),
    ("extra_streamlit_components", &["extra-streamlit-components"]),
    ("faiss", &["faiss-cpu", "faiss-gpu"]),
    ("fitz", &["pymupdf"]),
    ("flask_bcrypt", &["flask-bcrypt"]),
    ("flask_cors", &["flask-cors"]),
    ("flask_jwt_extended", &["flask-jwt-extended"]),
    ("flask_limiter", &["flask-limiter"]),
    ("flask_login", &["flask-login"]),
    ("flask_mail", &["flask-mail"]),
    ("flask_migrate", &["flask-migrate"]),
    ("flask_restful", &["flask-restful"]),
    ("flask_session", &["flask-session"]),
    ("flask_socketio", &["flask-socketio"]),
    ("flask_sqlalchemy", &["flask-sqlalchemy"]),
    ("flask_wtf", &["flask-wtf"]),
    ("fpdf", &["fpdf2", "fpdf"]),
    ("git", &["gitpython"]),
    ("google.auth", &["google-auth"]),
    ("google.cloud.bigquery", &["google-cloud-bigquery"]),
    ("google.cloud.firestore", &["google-cloud-firestore"]),
    ("google.cloud.storage", &["google-cloud-storage"]),
    ("google.generativeai", &["google-generativeai"]),
    ("google.genai", &["google-genai"]),
    ("google.oauth2", &["google-auth"]),
    ("google.protobuf", &["protobuf"]),
    ("google_auth_oauthlib", &["google-auth-oauthlib"]),
    ("googleapiclient", &["google-api-python-client"]),
    ("grpc", &["grpcio"]),
    ("humanfriendly", &["humanfriendly"]),
    ("jose", &["python-jose"]),
    ("jwt", &["pyjwt"]),
    ("kafka", &["kafka-python", "kafka-python-ng"]),
    ("langchain_community", &["langchain-community"]),
    ("langchain_core", &["langchain-core"]),
    ("langchain_openai", &["langchain-openai"]),
    ("ldap", &["python-ldap"]),
    ("ldap3", &["ldap3"]),
    ("llama_cpp", &["llama-cpp-python"]),
    ("llama_index", &["llama-index", "llama-index-core"]),
    ("lxml", &["lxml"]),
    ("magic", &["python-magic"]),
    ("markdown", &["markdown"]),
    ("markdown_it", &["markdown-it-py"]),
    ("mpl_toolkits", &["matplotlib"]),
    ("msgpack", &["msgpack"]),
    ("multipart", &["python-multipart", "multipart"]),
    ("mysql", &["mysql-connector-python"]),
    ("nacl", &["pynacl"]),
    ("office365", &["office365-rest-python-client"]),
    ("paho", &["paho-mqtt"]),
    ("pandas_profiling", &["pandas-profiling"]),
    ("past", &["future"]),
    ("pkg_resources", &["setuptools"]),
    ("playhouse", &["peewee"]),
    ("pptx", &["python-pptx"]),
    ("prometheus_client", &["prometheus-client"]),
    ("psycopg2", &["psycopg2-binary", "psycopg2"]),
    ("psycopg", &["psycopg", "psycopg-binary"]),
    ("pydantic_settings", &["pydantic-settings"]),
    ("pyaudio", &["pyaudio"]),
    ("pylab", &["matplotlib"]),
    ("pymysql", &["pymysql"]),
    ("pythoncom", &["pywin32"]),
    ("pytz", &["pytz"]),
    ("pywintypes", &["pywin32"]),
    ("qrcode", &["qrcode"]),
    ("rest_framework", &["djangorestframework"]),
    ("rest_framework_simplejwt", &["djangorestframework-simplejwt"]),
    ("ruamel", &["ruamel.yaml"]),
    ("sentence_transformers", &["sentence-transformers"]),
    ("sentry_sdk", &["sentry-sdk"]),
    ("serial", &["pyserial"]),
    ("setuptools", &["setuptools"]),
    ("skimage", &["scikit-image"]),
    ("sklearn", &["scikit-learn"]),
    ("slack_sdk", &["slack-sdk"]),
    ("slugify", &["python-slugify", "unicode-slugify"]),
    ("snowflake.connector", &["snowflake-connector-python"]),
    ("socketio", &["python-socketio"]),
    ("speech_recognition", &["speechrecognition"]),
    ("sqlalchemy_utils", &["sqlalchemy-utils"]),
    ("st_aggrid", &["streamlit-aggrid"]),
    ("starlette", &["starlette", "fastapi"]),
    ("storages", &["django-storages"]),
    ("streamlit_authenticator", &["streamlit-authenticator"]),
    ("streamlit_folium", &["streamlit-folium"]),
    ("streamlit_gsheets", &["st-gsheets-connection"]),
    ("streamlit_option_menu", &["streamlit-option-menu"]),
    ("telebot", &["pytelegrambotapi"]),
    ("telegram", &["python-telegram-bot"]),
    ("tensorflow", &["tensorflow", "tensorflow-cpu", "tensorflow-gpu"]),
    ("tiktoken", &["tiktoken"]),
    ("tlz", &["toolz"]),
    ("tree_sitter", &["tree-sitter"]),
    ("tweepy", &["tweepy"]),
    ("typing_extensions", &["typing-extensions"]),
    ("unidecode", &["unidecode"]),
    ("usb", &["pyusb"]),
    ("validate_email", &["validate-email"]),
    ("vertexai", &["google-cloud-aiplatform"]),
    ("websocket", &["websocket-client"]),
    ("werkzeug", &["werkzeug", "flask"]),
    ("whitenoise", &["whitenoise"]),
    ("win32api", &["pywin32"]),
    ("win32com", &["pywin32"]),
    ("wx", &["wxpython"]),
    ("xlsxwriter", &["xlsxwriter"]),
    ("yaml", &["pyyaml"]),
    ("yfinance", &["yfinance"]),
    ("youtube_transcript_api", &["youtube-transcript-api"]),
    ("zmq", &["pyzmq"]),
];

/// The packages that an import may come from, as a package index names them, the usual one first. Where
/// nothing else is known, the package is called as its import.
///
/// `module` is the whole name: `google.cloud.storage`.
pub fn packages_of(module: &str) -> Vec<String> {
    let mut name = module;
    loop {
        if let Some((_, packages)) = NAMES.iter().find(|(import, _)| *import == name) {
            return packages.iter().map(ToString::to_string).collect();
        }
        match name.rsplit_once('.') {
            Some((above, _)) => name = above,
            None => return vec![normalized(name)],
        }
    }
}

/// A package's name as indexes compare it: small letters, one hyphen for each run of `-`, `_` and `.`.
pub fn normalized(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            '-' | '_' | '.' if plain.ends_with('-') => {}
            '-' | '_' | '.' => plain.push('-'),
            letter => plain.push(letter.to_ascii_lowercase()),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_leads_to_its_package() {
        assert_eq!(packages_of("yaml"), ["pyyaml"]);
        assert_eq!(packages_of("PIL.Image"), ["pillow"]);
        assert_eq!(packages_of("google.cloud.storage.blob"), ["google-cloud-storage"]);
        assert_eq!(packages_of("requests.adapters"), ["requests"]);
        assert_eq!(packages_of("My_Thing"), ["my-thing"]);
    }

    #[test]
    fn names_are_compared_as_indexes_do() {
        for name in ["Flask-SQLAlchemy", "flask_sqlalchemy", "FLASK..sqlalchemy"] {
            assert_eq!(normalized(name), "flask-sqlalchemy");
        }
        let sound = |(_, packages): &&(&str, &[&str])| {
            packages
                .iter()
                .all(|name| normalized(name).replace('-', "") == name.to_lowercase().replace(['-', '.', '_'], ""))
        };
        assert!(NAMES.iter().all(|entry| sound(&entry)));
        assert!(NAMES.iter().enumerate().all(|(at, (name, _))| !NAMES[..at].iter().any(|(other, _)| other == name)));
    }
}
