// Made by `npm run openapi` from openapi/dsm.json.

export interface paths {
    "/ping": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** For clients of InfluxDB that ask whether it is there */
        get: operations["pingInflux"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/data/{producerId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a producer's messages in the order of its log or of device time, by page or streamed as NDJSON or CSV */
        get: operations["getData"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/data/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send up to 1,000 messages; returns one result per message, in order */
        post: operations["postDataBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/data": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a message; returns when it is stored and published */
        post: operations["postData"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/write": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send Influx line protocol, as to version 1 of InfluxDB */
        post: operations["writeInfluxV1"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/write": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send Influx line protocol, as to version 2 of InfluxDB; returns when all lines are stored and published */
        post: operations["writeInflux"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send metrics of OpenTelemetry (OTLP/HTTP); returns when all data points are stored and published */
        post: operations["exportMetrics"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/data/payload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a message whose payload is the whole body: a JSON object, whatever its content type says */
        post: operations["postPayload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/senml": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a SenML pack (RFC 8428) as JSON or CBOR */
        post: operations["postSenml"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/data/{producerId}/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Aggregate one payload field over time: numbers, booleans or strings */
        get: operations["getSeries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Accepted: {
            /** @description User id */
            producer_id: number;
            /** @description Generation of the log; offsets count within an epoch */
            epoch: number;
            /** @description Offset in the log, within its epoch */
            offset: number;
            subscriberCount: number;
            duplicate: boolean;
            received_at?: string;
        };
        BooleanSeries: {
            field: string;
            bucket: string;
            /** @description The requested time zone */
            tz?: string;
            /** @constant */
            kind: "boolean";
            /** @description Number of values of each kind; `points` has the values of one kind */
            kinds: {
                number: number;
                boolean: number;
                string: number;
            };
            points: {
                /** @description Start of the bucket */
                t: string;
                /** @description Number of values in the bucket */
                count: number;
                /** @description Proportion of `true` values, 0 to 1 */
                share_true: number;
                last: boolean;
                /** @description How often a device sent a value different from its previous one */
                changes: number;
                changed_at: string | null;
            }[];
        };
        Envelope: {
            /** @constant */
            type: "data";
            /** @description User id */
            producer_id: number;
            device_id: string | null;
            /** @description Generation of the log; offsets count within an epoch */
            epoch: number;
            /** @description Offset in the log, within its epoch */
            offset: number;
            id: string | null;
            session: string | null;
            seq: number | null;
            /** @description The device's time: RFC 3339 in UTC, with the fractional digits that were sent, three to nine */
            timestamp: string;
            /** @description Milliseconds to add to the device's time to get the platform's time */
            clock_offset_ms?: number;
            /** @description The platform's time at which the message was accepted */
            received_at: string;
            /** @description Any JSON object of at most `max_payload` bytes and 32 levels; delivered exactly as it was sent */
            payload: {
                [key: string]: unknown;
            };
        };
        InfluxError: {
            /** @description InfluxDB's code, such as `invalid` or `unauthorized` */
            code: string;
            message: string;
            /** @description The first refused line */
            line?: number;
            /** @description Number of lines that are stored */
            accepted?: number;
            /** @description Number of lines that are not stored */
            refused?: number;
            /** @description The refused lines, the first ones if there are many */
            errors?: {
                line: number;
                message: string;
            }[];
        };
        InfluxV1Error: {
            error: string;
        };
        NumberSeries: {
            field: string;
            bucket: string;
            /** @description The requested time zone */
            tz?: string;
            /** @constant */
            kind: "number";
            /** @description Number of values of each kind; `points` has the values of one kind */
            kinds: {
                number: number;
                boolean: number;
                string: number;
            };
            points: {
                /** @description Start of the bucket */
                t: string;
                /** @description Number of values in the bucket */
                count: number;
                min: number;
                max: number;
                /** @description Mean, always within `min` and `max` */
                avg: number;
                last: number;
                increase?: number | null;
                rate?: number | null;
            }[];
        };
        OtlpResponse: {
            partialSuccess?: {
                rejectedDataPoints: string;
                errorMessage: string;
            };
        };
        OtlpStatus: {
            /** @description A code of gRPC */
            code: number;
            message: string;
        };
        Problem: {
            /**
             * @description URI reference of the problem type: `/docs/errors.md#` and the code in lower case
             * @example /docs/errors.md#mot_bad_input
             */
            type: string;
            title: string;
            status: number;
            /** @description Explanation of this occurrence, for humans */
            detail: string;
            /** @description Stable code of the problem, for programs */
            code: string;
            request_id: string;
            errors?: {
                /** @description JSON Pointer into the input */
                path: string;
                message: string;
            }[];
        };
        SenmlResult: {
            results: components["schemas"]["Accepted"][];
            /** @description The refused records, the first ones if there are many */
            refused?: {
                /** @description Index of the record in the pack */
                record: number;
                message: string;
            }[];
        };
        StringSeries: {
            field: string;
            bucket: string;
            /** @description The requested time zone */
            tz?: string;
            /** @constant */
            kind: "string";
            /** @description Number of values of each kind; `points` has the values of one kind */
            kinds: {
                number: number;
                boolean: number;
                string: number;
            };
            points: {
                /** @description Start of the bucket */
                t: string;
                /** @description Number of values in the bucket */
                count: number;
                /** @description The 20 most frequent values, most frequent first */
                values: {
                    value: string;
                    count: number;
                }[];
                /** @description Number of values not counted in `values` */
                other: number;
                last: string;
                /** @description How often a device sent a value different from its previous one */
                changes: number;
                changed_at: string | null;
            }[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    pingInflux: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getData: {
        parameters: {
            query?: {
                /** @description RFC 3339 date and time */
                from?: string;
                /** @description RFC 3339 date and time */
                to?: string;
                /** @description Only messages after this position in the log, `<epoch>-<offset>` */
                after?: string;
                /** @description Device name */
                device_id?: string;
                /** @description By position in the log, or by the device's time, corrected by its clock offset; messages with the same time keep the order of the log */
                order_by?: "received" | "device";
                order?: "asc" | "desc";
                /**
                 * @description Maximum number of messages: 100 by default per page, unlimited by default in a stream
                 * @example 100
                 */
                limit?: number;
                /** @description `next_cursor` of the previous page */
                cursor?: string;
            };
            header?: never;
            path: {
                /**
                 * @description User id
                 * @example 7
                 */
                producerId: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page as JSON; the whole range as NDJSON or CSV, up to `limit` if given */
            200: {
                headers: {
                    /** @description For streams: equivalent to `complete` on a page */
                    "motience-complete"?: boolean;
                    /** @description For streams: the position at which it ends, `<epoch>-<offset>`; continue with `after` */
                    "motience-up-to"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "type": "data",
                     *           "producer_id": 7,
                     *           "device_id": "attic-pi",
                     *           "epoch": 1,
                     *           "offset": 1042,
                     *           "id": "reading-1042",
                     *           "session": "2026-01-31T08:00:00Z",
                     *           "seq": 1042,
                     *           "timestamp": "2026-01-31T08:30:00.000Z",
                     *           "received_at": "2026-01-31T08:30:00.041Z",
                     *           "payload": {
                     *             "temperature": 21.4,
                     *             "humidity": 48
                     *           }
                     *         }
                     *       ],
                     *       "next_cursor": null,
                     *       "complete": true
                     *     }
                     */
                    "application/json": {
                        items: components["schemas"]["Envelope"][];
                        next_cursor: string | null;
                        complete: boolean;
                    };
                    /** @example {"type":"data","producer_id":7,"device_id":"attic-pi","epoch":1,"offset":1042,"id":"reading-1042","session":"2026-01-31T08:00:00Z","seq":1042,"timestamp":"2026-01-31T08:30:00.000Z","received_at":"2026-01-31T08:30:00.041Z","payload":{"temperature":21.4,"humidity":48}} */
                    "application/x-ndjson": string;
                    /**
                     * @example producer_id,device_id,epoch,offset,id,session,seq,timestamp,clock_offset_ms,received_at,payload
                     *     7,attic-pi,1,1042,reading-1042,2026-01-31T08:00:00Z,1042,2026-01-31T08:30:00.000Z,,2026-01-31T08:30:00.041Z,"{""temperature"":21.4,""humidity"":48}"
                     */
                    "text/csv": string;
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not authenticated",
                     *       "status": 401,
                     *       "detail": "Not authenticated",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed; `MOT_DSM_NOT_SUBSCRIBED`: Not an active subscriber */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_forbidden",
                     *       "title": "Not allowed",
                     *       "status": 403,
                     *       "detail": "Not allowed",
                     *       "code": "MOT_FORBIDDEN",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postDataBatch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "messages": [
                 *         {
                 *           "producer_id": 7,
                 *           "device_id": "attic-pi",
                 *           "id": "reading-1042",
                 *           "session": "2026-01-31T08:00:00Z",
                 *           "seq": 1042,
                 *           "timestamp": "2026-01-31T08:30:00.000Z",
                 *           "payload": {
                 *             "temperature": 21.4,
                 *             "humidity": 48
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    messages: {
                        /** @description User id */
                        producer_id?: number;
                        /** @description Any JSON object of at most `max_payload` bytes and 32 levels; delivered exactly as it was sent */
                        payload: {
                            [key: string]: unknown;
                        };
                        /** @description Device name */
                        device_id?: string;
                        /** @description Message id chosen by the sender */
                        id?: string;
                        /** @description Device session: one run of the sender's message numbering */
                        session?: string;
                        /** @description Sequence number, increasing within a session; a message whose number is not higher than the last is a duplicate */
                        seq?: number;
                        /** @description RFC 3339 date and time with up to nanosecond precision, or integer milliseconds since 1970 */
                        timestamp?: string | number;
                        /** @description Milliseconds to add to the device's time to get the platform's time */
                        clock_offset_ms?: number;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "results": [
                     *         {
                     *           "producer_id": 7,
                     *           "epoch": 1,
                     *           "offset": 1042,
                     *           "subscriberCount": 2,
                     *           "duplicate": false,
                     *           "received_at": "2026-01-31T08:30:00.041Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        results: (components["schemas"]["Accepted"] | {
                            error: components["schemas"]["Problem"];
                        })[];
                    };
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not authenticated",
                     *       "status": 401,
                     *       "detail": "Not authenticated",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_forbidden",
                     *       "title": "Not allowed",
                     *       "status": 403,
                     *       "detail": "Not allowed",
                     *       "code": "MOT_FORBIDDEN",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_BODY_TOO_LARGE`: Body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_body_too_large",
                     *       "title": "Body too large",
                     *       "status": 413,
                     *       "detail": "Body too large",
                     *       "code": "MOT_BODY_TOO_LARGE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postData: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "producer_id": 7,
                 *       "device_id": "attic-pi",
                 *       "id": "reading-1042",
                 *       "session": "2026-01-31T08:00:00Z",
                 *       "seq": 1042,
                 *       "timestamp": "2026-01-31T08:30:00.000Z",
                 *       "payload": {
                 *         "temperature": 21.4,
                 *         "humidity": 48
                 *       }
                 *     }
                 */
                "application/json": {
                    /** @description User id */
                    producer_id?: number;
                    /** @description Any JSON object of at most `max_payload` bytes and 32 levels; delivered exactly as it was sent */
                    payload: {
                        [key: string]: unknown;
                    };
                    /** @description Device name */
                    device_id?: string;
                    /** @description Message id chosen by the sender */
                    id?: string;
                    /** @description Device session: one run of the sender's message numbering */
                    session?: string;
                    /** @description Sequence number, increasing within a session; a message whose number is not higher than the last is a duplicate */
                    seq?: number;
                    /** @description RFC 3339 date and time with up to nanosecond precision, or integer milliseconds since 1970 */
                    timestamp?: string | number;
                    /** @description Milliseconds to add to the device's time to get the platform's time */
                    clock_offset_ms?: number;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "producer_id": 7,
                     *       "epoch": 1,
                     *       "offset": 1042,
                     *       "subscriberCount": 2,
                     *       "duplicate": false,
                     *       "received_at": "2026-01-31T08:30:00.041Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input; `MOT_DSM_BAD_PAYLOAD`: Invalid payload */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not authenticated",
                     *       "status": 401,
                     *       "detail": "Not authenticated",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_forbidden",
                     *       "title": "Not allowed",
                     *       "status": 403,
                     *       "detail": "Not allowed",
                     *       "code": "MOT_FORBIDDEN",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_DSM_SEQ_PASSED`: Sequence number too low */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_dsm_seq_passed",
                     *       "title": "Sequence number too low",
                     *       "status": 409,
                     *       "detail": "Sequence number too low",
                     *       "code": "MOT_DSM_SEQ_PASSED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_DSM_PAYLOAD_TOO_LARGE`: Payload too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_dsm_payload_too_large",
                     *       "title": "Payload too large",
                     *       "status": 413,
                     *       "detail": "Payload too large",
                     *       "code": "MOT_DSM_PAYLOAD_TOO_LARGE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    writeInfluxV1: {
        parameters: {
            query?: {
                /**
                 * @description Ignored
                 * @example attic
                 */
                db?: string;
                /** @description User name, ignored: the password is the credential */
                u?: string;
                /** @description Password: a key or an access token */
                p?: string;
                /**
                 * @description Unit of the timestamps; nanoseconds by default
                 * @example s
                 */
                precision?: "ns" | "n" | "us" | "u" | "µ" | "ms" | "s" | "m" | "h";
                /** @description Name of the tag or attribute that holds the name of the device, instead of the default ones */
                device_tag?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /** @example climate,device=attic-pi,room=attic temperature=21.4,humidity=48i 1769848200000000000 */
                "text/plain": string;
            };
        };
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `MOT_BAD_INPUT`: Bad input; `MOT_DSM_BAD_PAYLOAD`: Invalid payload */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "partial write: 1 of 2 lines refused: line 2: missing fields"
                     *     }
                     */
                    "application/json": components["schemas"]["InfluxV1Error"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "partial write: 1 of 2 lines refused: line 2: missing fields"
                     *     }
                     */
                    "application/json": components["schemas"]["InfluxV1Error"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "partial write: 1 of 2 lines refused: line 2: missing fields"
                     *     }
                     */
                    "application/json": components["schemas"]["InfluxV1Error"];
                };
            };
            /** @description `MOT_BODY_TOO_LARGE`: Body too large; `MOT_DSM_PAYLOAD_TOO_LARGE`: Payload too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "partial write: 1 of 2 lines refused: line 2: missing fields"
                     *     }
                     */
                    "application/json": components["schemas"]["InfluxV1Error"];
                };
            };
            /** @description `MOT_UNSUPPORTED_MEDIA_TYPE`: Unsupported media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "partial write: 1 of 2 lines refused: line 2: missing fields"
                     *     }
                     */
                    "application/json": components["schemas"]["InfluxV1Error"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "partial write: 1 of 2 lines refused: line 2: missing fields"
                     *     }
                     */
                    "application/json": components["schemas"]["InfluxV1Error"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "partial write: 1 of 2 lines refused: line 2: missing fields"
                     *     }
                     */
                    "application/json": components["schemas"]["InfluxV1Error"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "partial write: 1 of 2 lines refused: line 2: missing fields"
                     *     }
                     */
                    "application/json": components["schemas"]["InfluxV1Error"];
                };
            };
        };
    };
    writeInflux: {
        parameters: {
            query?: {
                /**
                 * @description Ignored
                 * @example home
                 */
                org?: string;
                /**
                 * @description Ignored
                 * @example attic
                 */
                bucket?: string;
                /**
                 * @description Unit of the timestamps; nanoseconds by default
                 * @example ns
                 */
                precision?: "ns" | "n" | "us" | "u" | "µ" | "ms" | "s" | "m" | "h";
                /** @description Name of the tag or attribute that holds the name of the device, instead of the default ones */
                device_tag?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /** @example climate,device=attic-pi,room=attic temperature=21.4,humidity=48i 1769848200000000000 */
                "text/plain": string;
            };
        };
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `MOT_BAD_INPUT`: Bad input; `MOT_DSM_BAD_PAYLOAD`: Invalid payload */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "invalid",
                     *       "message": "partial write: 1 of 2 lines refused: line 2: missing fields",
                     *       "line": 2,
                     *       "accepted": 1,
                     *       "refused": 1,
                     *       "errors": [
                     *         {
                     *           "line": 2,
                     *           "message": "missing fields"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["InfluxError"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "invalid",
                     *       "message": "partial write: 1 of 2 lines refused: line 2: missing fields",
                     *       "line": 2,
                     *       "accepted": 1,
                     *       "refused": 1,
                     *       "errors": [
                     *         {
                     *           "line": 2,
                     *           "message": "missing fields"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["InfluxError"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "invalid",
                     *       "message": "partial write: 1 of 2 lines refused: line 2: missing fields",
                     *       "line": 2,
                     *       "accepted": 1,
                     *       "refused": 1,
                     *       "errors": [
                     *         {
                     *           "line": 2,
                     *           "message": "missing fields"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["InfluxError"];
                };
            };
            /** @description `MOT_BODY_TOO_LARGE`: Body too large; `MOT_DSM_PAYLOAD_TOO_LARGE`: Payload too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "invalid",
                     *       "message": "partial write: 1 of 2 lines refused: line 2: missing fields",
                     *       "line": 2,
                     *       "accepted": 1,
                     *       "refused": 1,
                     *       "errors": [
                     *         {
                     *           "line": 2,
                     *           "message": "missing fields"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["InfluxError"];
                };
            };
            /** @description `MOT_UNSUPPORTED_MEDIA_TYPE`: Unsupported media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "invalid",
                     *       "message": "partial write: 1 of 2 lines refused: line 2: missing fields",
                     *       "line": 2,
                     *       "accepted": 1,
                     *       "refused": 1,
                     *       "errors": [
                     *         {
                     *           "line": 2,
                     *           "message": "missing fields"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["InfluxError"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "invalid",
                     *       "message": "partial write: 1 of 2 lines refused: line 2: missing fields",
                     *       "line": 2,
                     *       "accepted": 1,
                     *       "refused": 1,
                     *       "errors": [
                     *         {
                     *           "line": 2,
                     *           "message": "missing fields"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["InfluxError"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "invalid",
                     *       "message": "partial write: 1 of 2 lines refused: line 2: missing fields",
                     *       "line": 2,
                     *       "accepted": 1,
                     *       "refused": 1,
                     *       "errors": [
                     *         {
                     *           "line": 2,
                     *           "message": "missing fields"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["InfluxError"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "invalid",
                     *       "message": "partial write: 1 of 2 lines refused: line 2: missing fields",
                     *       "line": 2,
                     *       "accepted": 1,
                     *       "refused": 1,
                     *       "errors": [
                     *         {
                     *           "line": 2,
                     *           "message": "missing fields"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["InfluxError"];
                };
            };
        };
    };
    exportMetrics: {
        parameters: {
            query?: {
                /**
                 * @description Name of the tag or attribute that holds the name of the device, instead of the default ones
                 * @example device.id
                 */
                device_tag?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /** @example  */
                "application/x-protobuf": string;
                /**
                 * @example {
                 *       "resourceMetrics": [
                 *         {
                 *           "resource": {
                 *             "attributes": [
                 *               {
                 *                 "key": "host.name",
                 *                 "value": {
                 *                   "stringValue": "attic-pi"
                 *                 }
                 *               }
                 *             ]
                 *           },
                 *           "scopeMetrics": [
                 *             {
                 *               "metrics": [
                 *                 {
                 *                   "name": "room.temperature",
                 *                   "unit": "Cel",
                 *                   "gauge": {
                 *                     "dataPoints": [
                 *                       {
                 *                         "timeUnixNano": "1769848200000000000",
                 *                         "asDouble": 21.4
                 *                       }
                 *                     ]
                 *                   }
                 *                 }
                 *               ]
                 *             }
                 *           ]
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description `ExportMetricsServiceResponse`, in the encoding of the request */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example {} */
                    "application/json": components["schemas"]["OtlpResponse"];
                    /** @example  */
                    "application/x-protobuf": string;
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input; `MOT_DSM_BAD_PAYLOAD`: Invalid payload */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": 16,
                     *       "message": "Not authenticated"
                     *     }
                     */
                    "application/json": components["schemas"]["OtlpStatus"];
                    /** @example  */
                    "application/x-protobuf": string;
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": 16,
                     *       "message": "Not authenticated"
                     *     }
                     */
                    "application/json": components["schemas"]["OtlpStatus"];
                    /** @example  */
                    "application/x-protobuf": string;
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": 16,
                     *       "message": "Not authenticated"
                     *     }
                     */
                    "application/json": components["schemas"]["OtlpStatus"];
                    /** @example  */
                    "application/x-protobuf": string;
                };
            };
            /** @description `MOT_BODY_TOO_LARGE`: Body too large; `MOT_DSM_PAYLOAD_TOO_LARGE`: Payload too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": 16,
                     *       "message": "Not authenticated"
                     *     }
                     */
                    "application/json": components["schemas"]["OtlpStatus"];
                    /** @example  */
                    "application/x-protobuf": string;
                };
            };
            /** @description `MOT_UNSUPPORTED_MEDIA_TYPE`: Unsupported media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": 16,
                     *       "message": "Not authenticated"
                     *     }
                     */
                    "application/json": components["schemas"]["OtlpStatus"];
                    /** @example  */
                    "application/x-protobuf": string;
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": 16,
                     *       "message": "Not authenticated"
                     *     }
                     */
                    "application/json": components["schemas"]["OtlpStatus"];
                    /** @example  */
                    "application/x-protobuf": string;
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": 16,
                     *       "message": "Not authenticated"
                     *     }
                     */
                    "application/json": components["schemas"]["OtlpStatus"];
                    /** @example  */
                    "application/x-protobuf": string;
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": 16,
                     *       "message": "Not authenticated"
                     *     }
                     */
                    "application/json": components["schemas"]["OtlpStatus"];
                    /** @example  */
                    "application/x-protobuf": string;
                };
            };
        };
    };
    postPayload: {
        parameters: {
            query?: {
                /**
                 * @description Device name
                 * @example attic-pi
                 */
                device_id?: string;
                /** @description Message id chosen by the sender */
                id?: string;
                /** @description Device session: one run of the sender's message numbering */
                session?: string;
                /** @description Sequence number, increasing within a session; a message whose number is not higher than the last is a duplicate */
                seq?: number;
                /** @description RFC 3339 date and time */
                timestamp?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Any JSON object of at most `max_payload` bytes and 32 levels; delivered exactly as it was sent */
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "temperature": 21.4,
                 *       "humidity": 48
                 *     }
                 */
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "producer_id": 7,
                     *       "epoch": 1,
                     *       "offset": 1042,
                     *       "subscriberCount": 2,
                     *       "duplicate": false,
                     *       "received_at": "2026-01-31T08:30:00.041Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input; `MOT_DSM_BAD_PAYLOAD`: Invalid payload; `MOT_BAD_JSON`: Malformed JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not authenticated",
                     *       "status": 401,
                     *       "detail": "Not authenticated",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_forbidden",
                     *       "title": "Not allowed",
                     *       "status": 403,
                     *       "detail": "Not allowed",
                     *       "code": "MOT_FORBIDDEN",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_DSM_SEQ_PASSED`: Sequence number too low */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_dsm_seq_passed",
                     *       "title": "Sequence number too low",
                     *       "status": 409,
                     *       "detail": "Sequence number too low",
                     *       "code": "MOT_DSM_SEQ_PASSED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_BODY_TOO_LARGE`: Body too large; `MOT_DSM_PAYLOAD_TOO_LARGE`: Payload too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_body_too_large",
                     *       "title": "Body too large",
                     *       "status": 413,
                     *       "detail": "Body too large",
                     *       "code": "MOT_BODY_TOO_LARGE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNSUPPORTED_MEDIA_TYPE`: Unsupported media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unsupported_media_type",
                     *       "title": "Unsupported media type",
                     *       "status": 415,
                     *       "detail": "Unsupported media type",
                     *       "code": "MOT_UNSUPPORTED_MEDIA_TYPE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postSenml: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example [
                 *       {
                 *         "bn": "urn:dev:ow:10e2073a01080063:",
                 *         "bt": 1769848200,
                 *         "n": "temperature",
                 *         "u": "Cel",
                 *         "v": 21.4
                 *       },
                 *       {
                 *         "n": "humidity",
                 *         "u": "%RH",
                 *         "v": 48
                 *       }
                 *     ]
                 */
                "application/senml+json": {
                    [key: string]: unknown;
                }[];
                /** @example  */
                "application/senml+cbor": string;
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "results": [
                     *         {
                     *           "producer_id": 7,
                     *           "epoch": 1,
                     *           "offset": 1042,
                     *           "subscriberCount": 2,
                     *           "duplicate": false,
                     *           "received_at": "2026-01-31T08:30:00.041Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["SenmlResult"];
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input; `MOT_DSM_BAD_PAYLOAD`: Invalid payload; `MOT_BAD_JSON`: Malformed JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not authenticated",
                     *       "status": 401,
                     *       "detail": "Not authenticated",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_forbidden",
                     *       "title": "Not allowed",
                     *       "status": 403,
                     *       "detail": "Not allowed",
                     *       "code": "MOT_FORBIDDEN",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_DSM_SEQ_PASSED`: Sequence number too low */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_dsm_seq_passed",
                     *       "title": "Sequence number too low",
                     *       "status": 409,
                     *       "detail": "Sequence number too low",
                     *       "code": "MOT_DSM_SEQ_PASSED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_BODY_TOO_LARGE`: Body too large; `MOT_DSM_PAYLOAD_TOO_LARGE`: Payload too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_body_too_large",
                     *       "title": "Body too large",
                     *       "status": 413,
                     *       "detail": "Body too large",
                     *       "code": "MOT_BODY_TOO_LARGE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNSUPPORTED_MEDIA_TYPE`: Unsupported media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unsupported_media_type",
                     *       "title": "Unsupported media type",
                     *       "status": 415,
                     *       "detail": "Unsupported media type",
                     *       "code": "MOT_UNSUPPORTED_MEDIA_TYPE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSeries: {
        parameters: {
            query: {
                /**
                 * @description A field of the payload: a path such as `payload.cpu.usage`, `payload.cores.0` or `payload."a.b"`, or a JSON Pointer (RFC 6901) such as `/cpu/usage`
                 * @example payload.temperature
                 */
                field: string;
                /**
                 * @description Bucket width. Days, weeks (starting on Monday) and months are calendar units in `tz`
                 * @example 60s
                 */
                bucket?: string;
                /** @description IANA time zone for buckets of days, weeks or months, such as `Europe/Berlin`; UTC by default */
                tz?: string;
                /** @description Kind of values to read; by default numbers or, if there are none, the kind of the last value */
                kind?: "number" | "boolean" | "string";
                /** @description Adds `increase` and `rate` to the points of a monotonic counter; resets are handled */
                fn?: "rate";
                /** @description Device name */
                device_id?: string;
                /** @description RFC 3339 date and time */
                from?: string;
                /** @description RFC 3339 date and time */
                to?: string;
            };
            header?: never;
            path: {
                /**
                 * @description User id
                 * @example 7
                 */
                producerId: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "field": "payload.temperature",
                     *       "bucket": "60s",
                     *       "kind": "number",
                     *       "kinds": {
                     *         "number": 60,
                     *         "boolean": 0,
                     *         "string": 0
                     *       },
                     *       "points": [
                     *         {
                     *           "t": "2026-01-31T08:30:00.000Z",
                     *           "count": 60,
                     *           "min": 21.1,
                     *           "max": 21.6,
                     *           "avg": 21.38,
                     *           "last": 21.4
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["NumberSeries"] | components["schemas"]["BooleanSeries"] | components["schemas"]["StringSeries"];
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not authenticated",
                     *       "status": 401,
                     *       "detail": "Not authenticated",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed; `MOT_DSM_NOT_SUBSCRIBED`: Not an active subscriber */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_forbidden",
                     *       "title": "Not allowed",
                     *       "status": 403,
                     *       "detail": "Not allowed",
                     *       "code": "MOT_FORBIDDEN",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
